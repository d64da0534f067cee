using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Lowering;

/// <summary>A graph run by its plan, held against double precision.</summary>
internal static class PlannedGraph
{
    /// <summary>A tensor of normal numbers.</summary>
    public static Tensor Random(Shape shape, long seed)
    {
        var tensor = new Tensor(ElementType.Float32, shape);
        var random = new CounterRandom(seed);
        foreach (ref float x in tensor.AsSpan<float>()) x = (float)random.NextNormal();
        return tensor;
    }

    /// <summary>A tensor of normal numbers for each input of a graph whose shapes are known.</summary>
    public static Tensor[] Inputs(Graph graph) => [.. graph.Inputs.Select((v, i) => Random(v.Shape!.ToShape(), i + 1))];

    /// <summary>
    /// Checks that every output of the plan is that of the float64 interpreter but for rounding, the results being the same at one and two threads,
    /// and that no step is evaluated the plain way.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="operations">Roundings that a result has behind it at most, all on numbers of the order of the largest result.</param>
    /// <param name="inputs">Its inputs; random where there are none.</param>
    /// <returns>The plan's steps.</returns>
    public static IReadOnlyList<Step> Check(Graph graph, int operations, params Tensor[] inputs)
    {
        if (inputs.Length == 0) inputs = Inputs(graph);
        using var session = new Session(graph, new SessionOptions { Threads = 2 });
        using var alone = new Session(graph, new SessionOptions { Threads = 1 });
        using var interpreter = new Interpreter(graph, Precision.Float64);
        var (actual, single, expected) = (session.Run(inputs), alone.Run(inputs), interpreter.Run(inputs));
        for (int i = 0; i < expected.Count; i++)
        {
            string name = graph.Outputs[i].Name;
            actual[i].Shape.Should().Equal(expected[i].Shape, name);
            actual[i].AsBytes().SequenceEqual(single[i].AsBytes()).Should().BeTrue("{0} must not depend on the number of threads", name);
            double[] a = Doubles(actual[i]), e = Doubles(expected[i]);
            double bound = Rounding.OfSingle(operations, e.Length == 0 ? 0 : e.Max(Math.Abs));
            for (int k = 0; k < e.Length; k++) a[k].Should().BeApproximately(e[k], bound, "{0}[{1}]", name, k);
        }

        var plan = session.PlanFor(inputs);
        plan.Fallbacks.Select(s => s.Node.Place).Should().BeEmpty();
        return plan.Steps;
    }

    private static double[] Doubles(Tensor tensor) => tensor.To(ElementType.Float64).ToArray<double>();
}
