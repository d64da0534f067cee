using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Wire;

/// <summary>Types and shapes of values, from and to a file.</summary>
internal static class TypeCodec
{
    /// <summary>
    /// Marks the symbol of a dimension that a file leaves open; such a symbol, and every expression over one, is left open again when written.
    /// </summary>
    private const char Open = '?';

    /// <summary>More axes than any value has.</summary>
    public const int LargestRank = 64;

    /// <summary>What a file says of a value.</summary>
    /// <exception cref="UnsupportedModelException">It is no tensor, or one of elements that tensors do not have.</exception>
    public static Fact Read(ValueInfoProto info, string place)
    {
        if (info.Type is null) return new Fact(ElementType.Undefined, null);
        var type = info.Type;
        if (type.ValueCase is not (TypeProto.ValueOneofCase.TensorType or TypeProto.ValueOneofCase.None))
            throw new UnsupportedModelException(place, $"is of the type {NameOf(type.ValueCase)}.", "Only tensors are supported.");
        if (type.TensorType is not { } tensor) return new Fact(ElementType.Undefined, null);
        var elements = tensor.ElemType == 0 ? ElementType.Undefined : TensorReader.TypeOf(tensor.ElemType, place);
        return new Fact(elements, tensor.Shape is null ? null : Read(tensor.Shape, info.Name, place));
    }

    /// <summary>What is known of a value, as a file says it.</summary>
    public static ValueInfoProto Write(string name, Fact fact)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)fact.ElementType };
        if (fact.Shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (var dimension in fact.Shape) tensor.Shape.Dim.Add(Write(dimension));
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static SymbolicShape Read(TensorShapeProto shape, string name, string place)
    {
        if (shape.Dim.Count > LargestRank) throw new ModelFormatException(place, $"has {shape.Dim.Count} axes; at most {LargestRank} are possible.");
        var dimensions = new Dimension[shape.Dim.Count];
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            var dim = shape.Dim[axis];
            dimensions[axis] = dim.ValueCase switch
            {
                // Old exporters write 0 or -1 for an extent that they do not know.
                TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when dim.DimValue > 0 => dim.DimValue,
                TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when dim.DimValue < -1 =>
                    throw new ModelFormatException(place, $"the extent {dim.DimValue} of axis {axis} is negative."),
                TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when dim.DimParam.Trim(Open).Length > 0 => dim.DimParam,
                _ => FormattableString.Invariant($"{Open}{name}.{axis}"),
            };
        }

        return new SymbolicShape(dimensions);
    }

    private static TensorShapeProto.Types.Dimension Write(Dimension dimension)
    {
        var dim = new TensorShapeProto.Types.Dimension();
        if (dimension.IsKnown) dim.DimValue = dimension.Value;
        else if (!dimension.Symbol!.Contains(Open)) dim.DimParam = dimension.Symbol;
        return dim;
    }

    private static string NameOf(TypeProto.ValueOneofCase type) => type switch
    {
        TypeProto.ValueOneofCase.SequenceType => "sequence",
        TypeProto.ValueOneofCase.MapType => "map",
        TypeProto.ValueOneofCase.OptionalType => "optional",
        TypeProto.ValueOneofCase.SparseTensorType => "sparse tensor",
        _ => type.ToString(),
    };
}
