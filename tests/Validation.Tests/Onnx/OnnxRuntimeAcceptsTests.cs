using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.OnnxRuntime;
using Onnx;

namespace Validation.Tests.Onnx;

public class OnnxRuntimeAcceptsTests
{
    [Fact]
    public void X()
    {
        for (int v = 7; v < 30; v++)
        {
            var b = new GraphBuilder("m");
            var x = b.Input("x", ElementType.Float32, ["N", 3]);
            var g = b.Build(x.Relu());
            for (long ir = 3; ir < 16; ir++)
            try
            {
                byte[] bytes = OnnxModel.Serialize(g.WithMetadata(GraphMetadata.Own with { Opsets = [new("", v)], IrVersion = ir }), new OnnxExportOptions { Opset = v });
                using var s = new OrtSession(bytes);
                Console.WriteLine($"{v} {ir} ok");
            }
            catch (Exception e)
            {
                Console.WriteLine($"{v} {ir} {e.Message}");
            }
        }
    }
}
