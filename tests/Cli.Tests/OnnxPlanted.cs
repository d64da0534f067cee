using Framework.Models;
using Onnx;

namespace Cli.Tests;

/// <summary>Models that do not fit the digits.</summary>
internal static class OnnxPlanted
{
    public static void WriteForLargerImages(string path) => OnnxModel.Save(new SoftmaxRegression([3, 32, 32]).Trace(), path);
}
