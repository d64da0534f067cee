using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>What float64 makes of a problem, and how far others are from it.</summary>
internal sealed class Truth
{
    // What auxiliary heads add to the loss.
    private const double HeadWeight = 0.3;

    private readonly ParityProblem _problem;
    private readonly Dictionary<string, Tensor> _results;
    private readonly Dictionary<string, double> _scales;

    /// <summary>Computes it.</summary>
    public Truth(ParityProblem problem)
    {
        _problem = problem;
        using var interpreter = new Interpreter(problem.Graph, Precision.Float64);
        var results = interpreter.Run(problem.Inputs);
        _results = problem.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second);
        _scales = Scales(_results);
        Names = [.. problem.Forward.Outputs.Select(o => o.Name), .. problem.Differentiated.Select(ParityProblem.GradientOf)];
    }

    /// <summary>What every engine makes; statistics and such are left out.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A result.</summary>
    public Tensor this[string name] => _results[name];

    /// <summary>The relative errors of an engine's results.</summary>
    public Dictionary<string, double> Errors(IReadOnlyDictionary<string, Tensor> results) =>
        Names.ToDictionary(n => n, n => Difference(results[n], n).RmsRelative);

    /// <summary>The difference of a result from the truth.</summary>
    public (double MaxAbs, double RmsRelative) Difference(Tensor actual, string name) => Difference(actual, _results[name], name);

    /// <summary>The difference of two engines' results, by the scale of the truth.</summary>
    public (double MaxAbs, double RmsRelative) Difference(Tensor one, Tensor other, string name) => Measure.Difference(one, other, _scales[name]);

    /// <summary>
    /// The loss is one number, and one number may be right by luck. The loss follows its scores with a slope of at most sqrt(2 / N), the largest norm
    /// of the gradient of a mean cross-entropy, and so may its error.
    /// </summary>
    public void RaiseLoss(Dictionary<string, double> errors)
    {
        if (_problem.Differentiated.Count == 0) return;
        double explained = 0;
        foreach (var output in _problem.Network.Outputs)
        {
            bool main = output == _problem.Network.Outputs[0];
            if (!main && !TrainingGraph.HeadsOf(_problem.Network).Contains(output)) continue;
            var scores = _results[output.Name];
            double slope = Math.Sqrt(2.0 / scores.Shape[0]), norm = _scales[output.Name] * Math.Sqrt(scores.Count);
            explained += (main ? 1 : HeadWeight) * slope * norm * errors[output.Name];
        }

        double loss = _scales[TrainingGraph.LossName];
        errors[TrainingGraph.LossName] = Math.Max(errors[TrainingGraph.LossName], explained / (loss > 0 ? loss : 1));
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
}
