using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Execution;

public class MemoryBudgetTests
{
    private const long Budget = 1 << 20;

    [Fact]
    public void A_plan_that_needs_more_is_refused_before_memory_is_taken()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 16]);
        using var session = new Session(builder.Build(builder.Apply(Tile.Instance, [x, builder.Integers(1, 1 << 12)]).Relu()), new SessionOptions { MemoryBudget = Budget });

        session.Run(new Tensor(ElementType.Float32, [1, 16]))[0].Count.Should().Be(1 << 16);
        AllocatedBy(() => session.Invoking(s => s.Run(new Tensor(ElementType.Float32, [64, 16]))).Should().Throw<MemoryBudgetException>().WithMessage("*of the budget of*"))
            .Should().BeLessThan(Budget);
    }

    [Fact]
    public void Plans_for_other_shapes_make_room()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N"]);
        using var session = new Session(builder.Build((x.Relu() + x.Exp()).ReduceSum([0], keepDimensions: true)), new SessionOptions { MemoryBudget = Budget });

        for (int n = 100_000; n < 100_016; n++) session.Run(new Tensor(ElementType.Float32, [n]))[0].Count.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_constant_that_is_too_large_is_not_expanded(bool session)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 1 << 20]);
        var weight = builder.Apply(ConstantOfShape.Instance, [builder.Integers(1 << 20, 16)]);
        var graph = builder.Build(x.MatMul(weight));
        using IGraphRunner runner = session ? new Session(graph, new SessionOptions { MemoryBudget = Budget }) : new Interpreter(graph, memoryBudget: Budget);
        var input = new Tensor(ElementType.Float32, [1, 1 << 20]);

        AllocatedBy(() => runner.Invoking(r => r.Run(input)).Should().Throw<MemoryBudgetException>()).Should().BeLessThan(Budget);
    }

    [Fact]
    public void What_a_loop_collects_is_counted()
    {
        var body = new GraphBuilder("body");
        body.Input("run", ElementType.Int64, []);
        var cond = body.Input("again", ElementType.Bool, []);
        var made = body.Apply(ConstantOfShape.Instance, [body.Integers(1 << 16)]);
        var outputs = new[] { body.Apply(Identity.Instance, [cond]), made };
        var builder = new GraphBuilder();
        var count = builder.Input("count", ElementType.Int64, []);
        var loop = builder.Apply(Loop.Instance, [count, null], new Attributes { ["body"] = body.Build(outputs), [BodyOperator.Captures] = 0 });
        using var session = new Session(builder.Build(loop), new SessionOptions { MemoryBudget = Budget });

        session.Run(Tensor.Scalar(1L))[0].Count.Should().Be(1 << 16);
        session.Invoking(s => s.Run(Tensor.Scalar(60_000L))).Should().Throw<MemoryBudgetException>();
    }

    [Fact]
    public void The_interpreter_lets_go_what_nothing_reads_any_more()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1 << 16]);
        for (int i = 0; i < 100; i++) x = x.Relu();
        using var fits = new Interpreter(builder.Build(x), memoryBudget: Budget);

        fits.Run(new Tensor(ElementType.Float32, [1 << 16]))[0].Count.Should().Be(1 << 16);
    }

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
