using Framework.Graphs;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// Lets a training step forget what a batch normalisation made once the way forward has read it, and make it again just before the way back asks for it:
/// a pass over what came before, which the normalisation's own gradient keeps anyway (Chen et al. 2016, section 3; Pleiss et al. 2017).
/// </summary>
/// <remarks>
/// The repeated node is the same one on the same operands, so its result is the same to the bit. It repeats where that saves memory: not with a shortcut
/// added, which would have to be kept in its place; not where the result lies within a concatenation that is kept; not where what is normalised would
/// itself be forgotten before.
/// </remarks>
internal sealed class RecomputeNormalizations() : GraphPatch("RecomputeNormalizations")
{
    private readonly Dictionary<Value, Value> _again = [];
    private readonly HashSet<Value> _forgotten = [];
    private int _position;
    private int _wayBack;

    protected override void Begin()
    {
        _again.Clear();
        _forgotten.Clear();
        _position = -1;
        _wayBack = Source.Nodes.ToList().FindIndex(n => n.Operator == BatchNormalizationTrainingGrad.Instance);
        if (_wayBack < 0) return;
        var reads = new Dictionary<Value, List<int>>();
        for (int i = 0; i < Source.Nodes.Count; i++)
        {
            foreach (var value in Source.Nodes[i].Inputs.OfType<Value>())
            {
                if (!reads.TryGetValue(value, out var places)) reads.Add(value, places = []);
                places.Add(i);
            }
        }

        foreach (var node in Source.Nodes.Where(n => Fused.BaseOf(n) == BatchNormalizationTraining.Instance && Fused.ResidualOf(n) is null))
        {
            var (x, y) = (node.Inputs[0]!, node.Outputs[0]!);
            if (node.Outputs.Count < 5 || !reads.TryGetValue(y, out var places) || Source.Outputs.Contains(y)) continue;
            bool onBothWays = places[0] < _wayBack && places[^1] >= _wayBack;
            if (onBothWays && reads[x][^1] >= places[^1] && !places.Any(i => Source.Nodes[i].Operator is Concat)) _forgotten.Add(y);
        }
    }

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        _position++;
        if (_position < _wayBack || !node.Inputs.Any(i => i is not null && _forgotten.Contains(i))) return null;
        return Builder.CopyNode(node, [.. node.Inputs.Select(i => i is not null && _forgotten.Contains(i) ? Again(i) : Map.Find(i))]);
    }

    private Value Again(Value forgotten)
    {
        if (_again.TryGetValue(forgotten, out var value)) return value;
        // The old running statistics matter only to results that are not made again, and the new ones may lie over them by then: the batch's stand in.
        var node = forgotten.Producer!;
        Value?[] inputs = [.. node.Inputs.Take(3).Select(Map.Find), Map.Find(node.Outputs[3]), Map.Find(node.Outputs[4])];
        value = Builder.ApplyMany(node.Operator, inputs, 1, node.Attributes, node.Name)[0];
        _again.Add(forgotten, value);
        return value;
    }
}
