using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>
/// Version 11 says how places correspond, takes a region beside the scales, or target sizes. Before, place x of the result was x / scale of
/// the input, rounded down where one neighbour is taken.
/// </summary>
internal sealed class ResizeCoordinates() : OpsetStep(11, "Resize")
{
    private const int Region = 1;
    private const int Scales = 2;
    private const int Sizes = 3;
    private const string Transformation = "coordinate_transformation_mode";
    private const string Nearest = "nearest_mode";

    public override void Upgrade(NodeForm node, FormScope scope)
    {
        string scales = node.Input(1);
        node.SetInput(Region, scope.AddConstant(node, "roi", Tensor.From<float>([], [0])));
        node.SetInput(Scales, scales);
        node.Attributes = node.Attributes.With(Transformation, "asymmetric");
        if (node.Attributes.String("mode", "nearest") == "nearest") node.Attributes = node.Attributes.With(Nearest, "floor");
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        string mode = node.Attributes.String("mode", "nearest"), transformation = node.Attributes.String(Transformation, "half_pixel");
        if (mode == "cubic") throw NotBefore(node, "its mode is cubic");
        if (node.HasInput(Sizes)) throw NotBefore(node, "it takes target sizes");
        if (transformation != "asymmetric") throw NotBefore(node, $"its {Transformation} is {transformation}");
        if (mode == "nearest" && node.Attributes.String(Nearest, "round_prefer_floor") != "floor") throw NotBefore(node, $"its {Nearest} is not floor");
        node.Attributes = node.Attributes.Without(Transformation, Nearest, "cubic_coeff_a", "exclude_outside", "extrapolation_value");
        node.SetInput(1, node.Input(Scales));
        node.CutInputs(2);
    }
}
