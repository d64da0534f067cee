using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Validation.Engines;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>What a comparison is to cover.</summary>
public sealed record ParityOptions
{
    /// <summary>The name of the reference in float64, our own interpreter.</summary>
    public const string Float64 = "float64";

    /// <summary>The engines to compare with beside <see cref="Float64"/>.</summary>
    public IReadOnlyList<IEngine> Engines { get; init; } = [];

    /// <summary>Whether there are rows for <see cref="Float64"/>; it is computed in any case.</summary>
    public bool AgainstFloat64 { get; init; } = true;

    /// <summary>Whether every single step is judged.</summary>
    public bool Steps { get; init; } = true;

    /// <summary>What is judged in place of our engine, as a test does; null for our own.</summary>
    public IEngine? Judged { get; init; }

    /// <summary>Threads of ours; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Only rows and steps of this name; null takes all.</summary>
    public string? Only { get; init; }

    /// <summary>Seeds the direction of the check of all gradients.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Told what is being done.</summary>
    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>
/// Compares our results with the float64 truth and with other engines'. Kinks make gradients of deep networks ill-conditioned, so that no fixed bound
/// would do: our error may be four times the larger of libtorch's and of what single-precision rounding of each step makes of a float64 run, on
/// either side of kinks that are too near to call (<see cref="KinkRun"/>).
/// </summary>
public sealed class ParityRun
{
    /// <summary>How much larger than the references' our error may be.</summary>
    public const double Allowance = 4;

    // What 0.3 of the auxiliary heads adds to the loss.
    private const double HeadWeight = 0.3;

    private readonly ParityProblem _problem;
    private readonly ParityOptions _options;
    private readonly Dictionary<string, Tensor> _truth;
    private readonly Dictionary<string, double> _scales;
    private readonly Dictionary<string, double> _expected = [];

    // What feeds kinks in the float64 run, kept in float32; then how far the disturbed run is from it, as a root mean square.
    private readonly Dictionary<string, Tensor> _beforeKinks = [];
    private readonly Dictionary<string, double> _errorsBeforeKinks = [];

    private ParityRun(ParityProblem problem, ParityOptions options)
    {
        _problem = problem;
        _options = options;
        options.Progress("float64 ...");
        var places = problem.Differentiated.Count > 0 ? KinkRun.Places(problem.Graph) : [];
        using var interpreter = new Interpreter(problem.Graph, Precision.Float64);
        var results = interpreter.Run(problem.Inputs, (value, tensor) =>
        {
            if (places.Contains(value.Name)) _beforeKinks[value.Name] = tensor.To(ElementType.Float32);
        });
        _truth = problem.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second);
        _scales = Scales(_truth);
    }

    /// <summary>Computes with all engines and compares.</summary>
    /// <exception cref="Framework.Errors.EngineException">An engine is absent or refuses the network.</exception>
    public static ParityReport Run(ParityProblem problem, ParityOptions options) => new ParityRun(problem, options).Compare();

    private ParityReport Compare()
    {
        _options.Progress("float64, disturbed by rounding, step by step ...");
        Func<Graph, IGraphRunner>? judged = _options.Steps ? g => new Session(g, new SessionOptions { Threads = _options.Threads }) : null;
        var (disturbed, steps) = DisturbedRun.Run(
            _problem.Graph, _problem.Inputs, judged, node => _options.Only is null || _options.Only == node.Name, (value, tensor) =>
            {
                if (_beforeKinks.Remove(value.Name, out var undisturbed))
                    _errorsBeforeKinks[value.Name] = Measure.Difference(tensor, undisturbed, scale: 1).RmsRelative;
            });
        var disturbedErrors = Errors(disturbed);
        disturbed = null;

        var judgedEngine = _options.Judged ?? RunnerEngine.Own(_options.Threads);
        _options.Progress($"{judgedEngine.Name} ...");
        var ours = judgedEngine.Run(_problem);
        var errors = Errors(ours);

        var rows = new List<ParityRow>();
        var others = new List<(IEngine Engine, Dictionary<string, (double Error, double MaxAbs, double RmsRel)> Rows)>();
        double? oracleError = null;
        Dictionary<string, double>? torchErrors = null;
        foreach (var engine in _options.Engines)
        {
            _options.Progress($"{engine.Name} ...");
            var theirs = engine.Run(_problem);
            var theirErrors = Errors(theirs);
            if (engine is LibTorchEngine) torchErrors = theirErrors;
            others.Add((engine, Names.ToDictionary(n => n, n =>
            {
                var (maxAbs, rms) = Measure.Difference(ours[n], theirs[n], _scales[n]);
                return (theirErrors[n], maxAbs, rms);
            })));
        }

        if (torchErrors is not null)
        {
            _options.Progress("libtorch in float64 ...");
            oracleError = Errors(new LibTorchEngine(Precision.Float64, _options.Threads).Run(_problem)).Values.Max();
        }

        foreach (string name in Names)
            _expected[name] = Math.Max(Rounding.Single, Math.Max(disturbedErrors[name], torchErrors?.GetValueOrDefault(name) ?? 0));
        RaiseLoss();
        if (_errorsBeforeKinks.Count > 0)
        {
            _options.Progress("float64, on the other side of kinks too near to call ...");
            MeetKinks(disturbedErrors);
        }

        foreach (string name in Names.Where(n => _options.Only is null || _options.Only == RowName(n)))
        {
            double tolerance = Allowance * _expected[name];
            bool own = errors[name] <= tolerance;
            if (_options.AgainstFloat64)
            {
                double maxAbs = Measure.Difference(ours[name], _truth[name], _scales[name]).MaxAbs;
                rows.Add(new ParityRow(ParityOptions.Float64, QuantityOf(name), RowName(name), maxAbs, errors[name], errors[name], disturbedErrors[name], tolerance, own));
            }

            // Two engines that are both within their tolerance differ by no more than the two together.
            foreach (var (engine, compared) in others)
            {
                var (error, maxAbs, rms) = compared[name];
                rows.Add(new ParityRow(engine.Name, QuantityOf(name), RowName(name), maxAbs, rms, errors[name], error, 2 * tolerance, own && rms <= 2 * tolerance));
            }
        }

        DirectionalRow? directional = null;
        if (_problem.Differentiated.Count > 0)
        {
            _options.Progress("directional difference in float64 ...");
            directional = DirectionalCheck.Run(_problem, n => _truth[ParityProblem.GradientOf(n)], _options.Seed);
        }

        return new ParityReport([.. rows.OrderBy(r => r.Against, StringComparer.Ordinal)], steps, directional, oracleError);
    }

    // What every engine makes; statistics and such are left out.
    private IEnumerable<string> Names => _problem.Forward.Outputs.Select(o => o.Name).Concat(_problem.Differentiated.Select(ParityProblem.GradientOf));

    private Dictionary<string, double> Errors(IReadOnlyDictionary<string, Tensor> results) =>
        Names.ToDictionary(n => n, n => Measure.Difference(results[n], _truth[n], _scales[n]).RmsRelative);

    /// <summary>
    /// The loss is one number, and one number may be right by luck. The loss follows its scores with a slope of at most sqrt(2 / N), the largest norm
    /// of the gradient of a mean cross-entropy, and so may its error.
    /// </summary>
    private void RaiseLoss()
    {
        if (_problem.Differentiated.Count == 0) return;
        double explained = 0;
        foreach (var output in _problem.Network.Outputs)
        {
            bool main = output == _problem.Network.Outputs[0];
            if (!main && !TrainingGraph.HeadsOf(_problem.Network).Contains(output)) continue;
            var scores = _truth[output.Name];
            double slope = Math.Sqrt(2.0 / scores.Shape[0]), norm = _scales[output.Name] * Math.Sqrt(scores.Count);
            explained += (main ? 1 : HeadWeight) * slope * norm * _expected[output.Name];
        }

        double loss = _scales[TrainingGraph.LossName];
        _expected[TrainingGraph.LossName] = Math.Max(_expected[TrainingGraph.LossName], explained / (loss > 0 ? loss : 1));
    }

    /// <summary>
    /// Too near to call is what lies within four times the error of a float32 engine: that of the disturbed run at the place, as much larger as
    /// libtorch's is at the outputs.
    /// </summary>
    private void MeetKinks(Dictionary<string, double> disturbedErrors)
    {
        double factor = Allowance * _problem.Network.Outputs.Max(o => _expected[o.Name] / Math.Max(Rounding.Single, disturbedErrors[o.Name]));
        var near = _errorsBeforeKinks.ToDictionary(e => e.Key, e => factor * e.Value);
        foreach (var (name, error) in Errors(KinkRun.Run(_problem.Graph, _problem.Inputs, near)))
        {
            // Outputs and loss have no jumps there, but their slopes do.
            if (QuantityOf(name) != Quantity.Gradient) continue;
            disturbedErrors[name] = Math.Max(disturbedErrors[name], error);
            _expected[name] = Math.Max(_expected[name], error);
        }
    }

    /// <summary>
    /// What errors are measured by: the result's own root mean square. Where a gradient is zero but for rounding, as that of a bias before batch
    /// normalisation, it is the largest of the layer's gradients instead.
    /// </summary>
    private static Dictionary<string, double> Scales(Dictionary<string, Tensor> truth)
    {
        var own = truth.ToDictionary(t => t.Key, t => t.Value.ElementType.IsFloat() ? Measure.Rms(t.Value) : 1);
        var layers = own.GroupBy(s => LayerOf(s.Key)).ToDictionary(g => g.Key, g => g.Max(s => s.Value));
        return own.ToDictionary(s => s.Key, s => s.Value > Rounding.Single * layers[LayerOf(s.Key)] ? s.Value : layers[LayerOf(s.Key)]);
    }

    private static string LayerOf(string name) => name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : name;

    private static Quantity QuantityOf(string name) =>
        name == TrainingGraph.LossName ? Quantity.Loss : name.StartsWith(ParityProblem.GradientOf(""), StringComparison.Ordinal) ? Quantity.Gradient : Quantity.Output;

    private static string RowName(string name) => QuantityOf(name) == Quantity.Gradient ? name[ParityProblem.GradientOf("").Length..] : name;
}
