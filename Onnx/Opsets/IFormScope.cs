using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>What an adapter may know of, and add to, the graph around a node.</summary>
internal interface IFormScope
{
    /// <summary>What is known of a value; null where nothing is.</summary>
    Fact? FactOf(string value);

    /// <summary>Adds a constant and says its name.</summary>
    string AddConstant(string stem, Tensor data);

    /// <summary>A name that no value has yet.</summary>
    string FreshName(string stem);
}
