using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Validation.Engines;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>
/// Compares our results with the float64 truth and with other engines'. Kinks make gradients of deep networks ill-conditioned, so that no fixed bound
/// would do: our error may be four times the larger of libtorch's and of what single-precision rounding of each step makes of a float64 run; more where
/// an algorithm is asked for that errs more.
/// </summary>
/// <remarks>
/// A gradient jumps where a unit of a ReLU or of a max pool changes sides. Of a million units a few lie so near to it that two right float32 engines
/// disagree about them, and each shifts the gradients of layers before it by one in a thousand or so. Which ones is chance, in our run as in any other;
/// therefore several runs are disturbed, and more of them as long as an engine's, ours included, stands out. A fault in a kernel or in a rule is none of rounding's doing,
/// and no number of such runs comes near it.
/// </remarks>
public sealed class ParityRun
{
    /// <summary>How much larger than the references' our error may be.</summary>
    public const int Allowance = 4;

    /// <summary>The same where Winograd's kernels are asked for wherever they fit, on layers that the default leaves to direct sums as well.</summary>
    public const int AllowanceOfWinograd = 8;

    /// <summary>The same with the largest tiles, of which up to 11 times the error of plain sums was seen.</summary>
    public const int AllowanceOfLargestTiles = 16;

    // Beyond it nothing of a result is right, whatever other engines make of it.
    private const double LargestError = 1;

    /// <summary>
    /// What a few units on the other side of their kinks may do to another engine's gradients: of libtorch's float32, 7e-2 has been seen with DenseNet-121.
    /// Outputs and the loss have no such jumps.
    /// </summary>
    public const double LargestKink = 1.0 / 8;

    private readonly ParityProblem _problem;
    private readonly ParityOptions _options;
    private readonly Truth _truth;
    private readonly List<string> _kernels = [];
    private readonly int _allowance;

    private ParityRun(ParityProblem problem, ParityOptions options)
    {
        _problem = problem;
        _options = options;
        _allowance = AllowanceOf(options.Algorithm);
        Begin("float64 ...");
        _truth = new Truth(problem);
    }

    /// <summary>Computes with all engines and compares.</summary>
    /// <exception cref="Framework.Errors.EngineException">An engine is absent or refuses the network.</exception>
    public static ParityReport Run(ParityProblem problem, ParityOptions options) => new ParityRun(problem, options).Compare();

    /// <summary>How much larger than the references' our error may be by an algorithm.</summary>
    public static int AllowanceOf(ConvolutionAlgorithm algorithm) => algorithm switch
    {
        ConvolutionAlgorithm.Winograd => AllowanceOfWinograd,
        ConvolutionAlgorithm.Winograd6 => AllowanceOfLargestTiles,
        _ => Allowance,
    };

    private ParityReport Compare()
    {
        var judge = new StepJudge(
            graph => new Session(graph, _options.Session), node => _options.Steps && (_options.Only is null || _options.Only == node.Name))
        {
            LargestTiles = _options.Session.Algorithm == ConvolutionAlgorithm.Winograd6,
        };
        Begin("float64, disturbed by rounding, step by step ...");
        var disturbed = Errors(DisturbedRun.Rounded(_problem.Graph, _problem.Inputs, judge));

        var own = _options.Judged ?? RunnerEngine.Own(_options.Session, plan => _kernels.AddRange(plan.Steps.Select(s => s.Kernel)));
        Begin($"{own.Name} ...");
        var ours = own.Run(_problem);
        var errors = _truth.Errors(ours);
        var others = _options.Engines.ToDictionary(engine => engine.Name, engine => Against(engine, ours));

        double? oracle = null;
        var expected = _truth.Names.ToDictionary(n => n, _ => Rounding.Single);
        if (_options.Engines.OfType<LibTorchEngine>().Any())
        {
            Begin("libtorch in float64 ...");
            oracle = _truth.Errors(new LibTorchEngine(Precision.Float64, _options.Threads).Run(_problem)).Values.Max();
        }

        Raise(expected, disturbed);
        int runs = 1;
        for (; runs < _options.MostDisturbances && (runs < _options.Disturbances || Judged.Any(StandsOut)); runs++)
        {
            Begin($"disturbed within each step, {runs} ...");
            if (runs < _options.Disturbances)
            {
                Raise(disturbed, Errors(DisturbedRun.Single(_problem.Graph, _problem.Inputs, runs)));
            }
            else
            {
                // Where the usual ones do not do, others that lean to other sides, and that err once, twice and more times as much. Their errors at the end are
                // divided by that number, which is less than what is allowed: what only rounds is granted no more than before, and what a kink does still is.
                int times = 1 + (runs % (_allowance - 1));
                Raise(disturbed, Errors(DisturbedRun.Turned(_problem.Graph, _problem.Inputs, runs, times)), times);
            }

            Raise(expected, disturbed);
        }

        var rows = new List<ParityRow>();
        foreach (string name in Judged)
        {
            double tolerance = Tolerance(name);
            bool ok = errors[name] <= tolerance;
            if (_options.AgainstFloat64)
                rows.Add(new ParityRow(ParityOptions.Float64, _problem.QuantityOf(name), RowName(name), _truth.Difference(ours[name], name).MaxAbs, errors[name], errors[name], disturbed[name], tolerance, ok));

            // Another engine is as far from the truth as rounding and kinks may take it: one that is beyond has run something else than we.
            foreach (var (engine, compared) in others)
            {
                var (error, maxAbs, rms) = compared[name];
                double theirs = OfOthers(name), between = tolerance + Math.Max(OfRounding(name, Allowance), Math.Min(error, theirs));
                rows.Add(new ParityRow(engine, _problem.QuantityOf(name), RowName(name), maxAbs, rms, errors[name], error, between, ok && error <= theirs && rms <= between));
            }
        }

        DirectionalRow? directional = null;
        if (_problem.Differentiated.Count > 0)
        {
            Begin("directional difference in float64 ...");
            directional = DirectionalCheck.Run(_problem, n => _truth[ParityProblem.GradientOf(n)], expected[TrainingGraph.LossName], _options.Seed);
        }

        return new ParityReport([.. rows.OrderBy(r => r.Against, StringComparer.Ordinal)], judge.Rows, directional, oracle, [.. _kernels.CountBy(k => k).Select(k => new KernelRow(k.Key, k.Value))])
        {
            Disturbances = runs,
        };

        double OfRounding(string name, int allowance) => Math.Min(LargestError, allowance * expected[name]);

        double OfOthers(string name) => _problem.QuantityOf(name) == Quantity.Gradient ? Math.Max(LargestKink, OfRounding(name, Allowance)) : OfRounding(name, Allowance);

        // libtorch's error counts as what is to be expected only where it is none that a right engine cannot have.
        double Tolerance(string name)
        {
            double bound = OfRounding(name, _allowance);
            return others.TryGetValue("libtorch", out var torch) && torch[name].Error <= OfOthers(name) ? Math.Min(LargestError, Math.Max(bound, _allowance * torch[name].Error)) : bound;
        }

        bool StandsOut(string name) => errors[name] > Tolerance(name) || others.Values.Any(other => other[name].Error > OfOthers(name));
    }

    private IEnumerable<string> Judged => _truth.Names.Where(n => _options.Only is null || _options.Only == RowName(n));

    private Dictionary<string, double> Errors(IReadOnlyDictionary<string, Tensor> results)
    {
        var errors = _truth.Errors(results);
        _truth.RaiseLoss(errors);
        return errors;
    }

    private Dictionary<string, (double Error, double MaxAbs, double RmsRel)> Against(IEngine engine, IReadOnlyDictionary<string, Tensor> ours)
    {
        Begin($"{engine.Name} ...");
        var theirs = engine.Run(_problem);
        var errors = Errors(theirs);
        return _truth.Names.ToDictionary(n => n, n =>
        {
            var (maxAbs, rms) = _truth.Difference(ours[n], theirs[n], n);
            return (errors[n], maxAbs, rms);
        });
    }

    private static void Raise(Dictionary<string, double> expected, IReadOnlyDictionary<string, double> errors, int times = 1)
    {
        foreach (var (name, error) in errors) expected[name] = Math.Max(expected[name], error / times);
    }

    // What the last engine has left goes before the next one begins: a network of 500 MB is much larger in every engine.
    private void Begin(string what)
    {
        _options.Progress(what);
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private string RowName(string name) => _problem.QuantityOf(name) == Quantity.Gradient ? name[ParityProblem.GradientOf("").Length..] : name;
}
