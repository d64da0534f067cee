using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>Converts between row-major memory and blocks of channels or images.</summary>
internal sealed unsafe class ReorderStep : Step
{
    private readonly int _batch;
    private readonly int _channels;
    private readonly int _spatial;
    private readonly BlockedLayout _layout;
    private readonly bool _toBlocked;

    private ReorderStep(Node node)
        : base(node, $"Reorder{node.Inputs[0]!.Layout}To{node.Outputs[0]!.Layout}", [node.Inputs[0]!], [node.Outputs[0]!])
    {
        var shape = node.Inputs[0]!.Shape!.ToShape();
        (_batch, _channels, _spatial) = (shape[0], shape[1], shape[2..].ElementCount);
        _toBlocked = node.Inputs[0]!.Layout.IsPlain;
        var layout = (_toBlocked ? node.Outputs[0]! : node.Inputs[0]!).Layout;
        _layout = layout.IsOfImages ? new BlockedLayout(layout.ImageBlock, IsOfImages: true) : new BlockedLayout(layout.ChannelBlock);
    }

    public static Step? For(Node node, InstructionSet set) => new ReorderStep(node);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        if (_toBlocked) LayoutConversion.ToBlocked(Read(0), Write(0), _layout, _batch, _channels, _spatial, pool);
        else LayoutConversion.ToPlain(Read(0), Write(0), _layout, _batch, _channels, _spatial, pool);
    }
}
