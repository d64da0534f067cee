using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Validation.Cases;

/// <summary>A sample of an operator as a graph of one node, with the data that it is to run on.</summary>
public sealed class OperatorCase
{
    private readonly long _seed;

    /// <summary>Makes the graph and the data.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="sample">One of its samples.</param>
    /// <param name="seed">Seeds the data.</param>
    public OperatorCase(Operator op, Sample sample, long seed = 1)
    {
        Operator = op;
        Sample = sample;
        _seed = seed;
        var builder = new GraphBuilder(Name);
        var inputs = new List<Tensor>();
        var values = new List<Value?>();
        for (int i = 0; i < sample.Inputs.Count; i++)
        {
            if (sample.Inputs[i] is not { } input)
            {
                values.Add(null);
                continue;
            }

            var data = input.Make(new CounterRandom(seed, Name + i));
            string name = $"x{i}";
            if (input.IsFixed)
            {
                values.Add(builder.Initializer(name, data, InitializerRole.Constant));
                continue;
            }

            values.Add(builder.Input(name, data.ElementType, data.Shape));
            inputs.Add(data);
        }

        string[] outputs = [.. Enumerable.Range(0, sample.Outputs).Select(i => $"y{i}")];
        Graph = builder.Build(builder.AddNode(op, "node", values, outputs, sample.Attributes));
        Inputs = inputs;
    }

    /// <summary>The operator.</summary>
    public Operator Operator { get; }

    /// <summary>The sample.</summary>
    public Sample Sample { get; }

    /// <summary>The graph: its inputs are the sample's inputs that are not fixed.</summary>
    public Graph Graph { get; }

    /// <summary>The data, one tensor an input of the graph.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>Operator and sample, as in <c>Conv/strided</c>.</summary>
    public string Name => $"{Operator}/{Sample.Name}";

    /// <summary>The inputs over floats: those that a gradient can be asked for.</summary>
    public IReadOnlyList<string> Differentiable => [.. Graph.Inputs.Where(i => i.ElementType.IsFloat()).Select(i => i.Name)];

    /// <summary>A random cotangent for each float output, the same at every call.</summary>
    public IReadOnlyList<Tensor> Cotangents(IReadOnlyList<Tensor> outputs)
    {
        var cotangents = new List<Tensor>();
        for (int i = 0; i < outputs.Count; i++)
        {
            if (!outputs[i].ElementType.IsFloat()) continue;
            var random = new CounterRandom(_seed, $"{Name} cotangent {i}");
            var cotangent = new Tensor(ElementType.Float64, outputs[i].Shape);
            foreach (ref double x in cotangent.AsSpan<double>()) x = (float)random.NextNormal();
            cotangents.Add(cotangent);
        }

        return cotangents;
    }

    /// <summary>Every sample of every operator.</summary>
    public static IEnumerable<OperatorCase> All => OperatorSet.All.SelectMany(op => op.Samples.Select(s => new OperatorCase(op, s)));

    /// <summary>The case of the given name.</summary>
    public static OperatorCase Find(string name) => All.First(c => c.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
