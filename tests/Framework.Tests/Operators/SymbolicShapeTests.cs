using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Operators;

/// <summary>Shapes follow while the batch is still a symbol, also through sub-graphs that compute shapes.</summary>
public class SymbolicShapeTests
{
    private readonly GraphBuilder _builder = new();
    private readonly Value _image;

    public SymbolicShapeTests() => _image = _builder.Input("image", ElementType.Float32, ["N", 6, "H", 8]);

    [Fact]
    public void A_shape_computed_by_gather_concat_and_reshape_keeps_the_batch()
    {
        var batch = _image.ShapeOf().Gather(_builder.Integers(0), axis: 0);

        _image.Reshape(new[] { batch, _builder.Integers(-1) }.Concat(0)).Shape.Should().Equal("N", "48*H");
    }

    [Fact]
    public void A_shape_computed_by_slice_squeeze_arithmetic_and_unsqueeze_keeps_symbols()
    {
        var height = _image.ShapeOf().Slice(0, 2, 3).Squeeze(0);
        var doubled = (height * _builder.Scalar(2, ElementType.Int64)).Unsqueeze(0);

        var shape = _builder.Input("row", ElementType.Float32, [1]).Expand(doubled).Shape;

        shape.Should().Equal("2*H");
    }

    [Fact]
    public void A_shape_passes_through_casts_where_and_split()
    {
        var parts = _image.ShapeOf().Cast(ElementType.Int32).Cast(ElementType.Int64).Split(2, 0);
        var chosen = _builder.Constant(Tensor.From([true, false], [2])).Where(parts[0], parts[1]);

        _builder.Apply(ConstantOfShape.Instance, [chosen]).Shape.Should().Equal("N", 8);
    }

    [Fact]
    public void The_number_of_elements_keeps_symbols()
    {
        var count = _image.ShapeOf().ElementProduct();

        _builder.Scalar(0, ElementType.Int64).Range(count, _builder.Scalar(1, ElementType.Int64)).Shape.Should().Equal("48*N*H");
    }

    [Fact]
    public void Joining_cutting_and_padding_add_and_subtract_symbols()
    {
        new[] { _image, _image }.Concat(1).Shape.Should().Equal("N", 12, "H", 8);
        new[] { _image, _builder.Input("other", ElementType.Float32, [3, 6, "H", 8]) }.Concat(0).Shape.Should().Equal("(N+3)", 6, "H", 8);
        _image.Slice(2, 1, long.MaxValue).Shape.Should().Equal("N", 6, "(H-1)", 8);
        _image.Slice(2, 0, -2).Shape.Should().Equal("N", 6, "(H-2)", 8);
        _image.Pad([0, 0, 1, 0, 0, 0, 2, 3]).Shape.Should().Equal("N", 6, "(H+3)", 11);
        _image.Split(3, 1).Select(p => p.Shape!.ToString()).Should().Equal("[N,2,H,8]", "[N,2,H,8]", "[N,2,H,8]");
        _image.Tile(2, 1, 1, 3).Shape.Should().Equal("2*N", 6, "H", 24);
    }

    [Fact]
    public void Spatial_operators_keep_the_batch()
    {
        _image.MaxPool(new Attributes { ["kernel_shape"] = new long[] { 2, 2 }, ["strides"] = new long[] { 2, 2 } }).Shape![0].Should().Be((Dimension)"N");
        _image.GlobalMaxPool().Shape.Should().Equal("N", 6, 1, 1);
        _image.Resize([1, 1, 2, 2]).Shape.Should().Equal("N", 6, "2*H", 16);
        _image.DepthToSpace(1).Shape.Should().Equal("N", 6, "H", 8);
        var filters = _builder.Initializer("filters", new Tensor(ElementType.Float32, [6, 4, 2, 2]), InitializerRole.Parameter);
        _image.ConvTranspose(filters, null, new Attributes { ["strides"] = new long[] { 2, 2 } }).Shape.Should().Equal("N", 4, "(2*(H-1)+2)", 16);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused_with_place_and_rule()
    {
        var other = _builder.Input("other", ElementType.Float32, ["N", 5, "H", 8]);
        FluentActions.Invoking(() => new[] { _image, other }.Concat(0)).Should().Throw<ShapeException>().WithMessage("*Concat*differ along axis 1*");
        FluentActions.Invoking(() => _image.Squeeze(1)).Should().Throw<ShapeException>().WithMessage("*Squeeze*axis 1*6*");
        FluentActions.Invoking(() => _image.Split(_builder.Integers(3, 4), 2, 3)).Should().Throw<ShapeException>();
        FluentActions.Invoking(() => _image.DepthToSpace(4)).Should().Throw<ShapeException>().WithMessage("*6 channels do not divide*");
        FluentActions.Invoking(() => _image.TopK(9)).Should().Throw<ShapeException>().WithMessage("*TopK*K is 9*");
        FluentActions.Invoking(() => _image.Pad([0, 0, 0, -5, 0, 0, 0, -4])).Should().Throw<ShapeException>().WithMessage("*cut more off*");
    }
}
