using Framework.Execution;
using Framework.Graphs;
using Framework.Lowering.Steps;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering;

/// <summary>
/// The last pass: chooses a kernel for each node of a lowered graph, gives every value its memory, and makes the plan.
/// </summary>
internal sealed unsafe class PlanCompiler
{
    private readonly Graph _graph;
    private readonly SessionOptions _options;
    private readonly KernelChoice _choice;
    private readonly Dictionary<Value, PlanBuffer> _buffers = [];
    private readonly List<Step> _steps = [];

    private PlanCompiler(Graph graph, SessionOptions options)
    {
        _graph = graph;
        _options = options;
        _choice = new KernelChoice(options, graph);
    }

    public static Plan Compile(Graph graph, IReadOnlyList<Shape> inputShapes, SessionOptions options, WorkerPool pool, MemoryMeter? meter = null) =>
        new PlanCompiler(graph, options).Compile(inputShapes, pool, meter);

    private Plan Compile(IReadOnlyList<Shape> inputShapes, WorkerPool pool, MemoryMeter? meter)
    {
        foreach (var output in _graph.Outputs) meter?.Take(BytesOf(output), $"output '{output.Name}'");
        foreach (var input in _graph.Inputs) _buffers.Add(input, new PlanBuffer(BufferKind.Input, BytesOf(input)));
        foreach (var initializer in _graph.Initializers)
            _buffers.Add(initializer.Value, new PlanBuffer(BufferKind.Constant, initializer.Data.ByteCount) { Address = initializer.Data.Pointer });
        foreach (var node in _graph.Nodes) Place(node);
        var outputs = PlaceOutputs();

        KeepInputsUntilRead(outputs);
        JoinInPlace();
        var steps = _steps.ToArray();
        foreach (var step in steps) step.Bind(v => _buffers[v]);
        FindLifetimes(steps);
        var memory = new PlanMemory(meter);
        try
        {
            byte* arena = LayOut(steps, memory, out nint arenaBytes, pool.Threads);
            foreach (var step in steps) step.Prepare(memory, pool);
            return new Plan(_graph, inputShapes, steps, [.. _graph.Inputs.Select(i => _buffers[i])], outputs, memory, arena + arenaBytes);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private void Place(Node node)
    {
        if (IsView(node))
        {
            _buffers[node.Outputs[0]!] = _buffers[node.Inputs[0]!];
            return;
        }

        foreach (var output in node.Outputs)
        {
            if (output is not null) _buffers.Add(output, new PlanBuffer(BufferKind.Arena, BytesOf(output)));
        }

        var step = StepSelection.For(node, _choice);
        if (step is JoinStep { Joins: false, Offsets: { } offsets })
        {
            for (int i = 0; i < offsets.Count; i++) _buffers[step.Writes[i]].PlaceIn(_buffers[step.Reads[0]], offsets[i]);
            return;
        }

        _steps.Add(step);
    }

    // Parts that lie in one piece within what they are joined to are made there.
    private void JoinInPlace()
    {
        foreach (var step in _steps.OfType<JoinStep>())
        {
            if (!step.Joins || step.Offsets is not { } offsets || _buffers[step.Writes[0]] is not { Kind: BufferKind.Arena } whole) continue;
            for (int i = 0; i < offsets.Count; i++)
            {
                if (_buffers[step.Reads[i]] is { Kind: BufferKind.Arena } part && part != whole) part.PlaceIn(whole, offsets[i]);
            }
        }
    }

    // The same elements in the same order under another shape: no step, the same memory.
    private static bool IsView(Node node) =>
        node.Operator is Reshape or Flatten or Squeeze or Unsqueeze or Identity && node.Inputs[0]!.Layout.IsPlain && node.Outputs[0]!.Layout.IsPlain;

    // Results are written straight into the user's tensors. What cannot be (an input or a constant passed through, the same value twice) is copied.
    private PlanBuffer[] PlaceOutputs()
    {
        var taken = new HashSet<PlanBuffer>();
        var outputs = new PlanBuffer[_graph.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            var value = _graph.Outputs[i];
            var buffer = _buffers[value];
            if (buffer.Kind == BufferKind.Arena && taken.Add(buffer))
            {
                buffer.Kind = BufferKind.Output;
                outputs[i] = buffer;
                continue;
            }

            outputs[i] = new PlanBuffer(BufferKind.Output, BytesOf(value));
            _steps.Add(new CopyStep(value, outputs[i]));
        }

        return outputs;
    }

    // An output that lies over an input is written straight only where no later step reads the input, and the step that writes it may overwrite it.
    // Otherwise it is made in the arena and copied at the end.
    private void KeepInputsUntilRead(PlanBuffer[] outputs)
    {
        foreach (var (outputName, inputName) in _options.InPlace)
        {
            int position = _graph.Outputs.ToList().FindIndex(o => o.Name == outputName);
            var output = _graph.Outputs[position];
            var input = _buffers[_graph.Inputs.First(i => i.Name == inputName)];
            int written = _steps.FindIndex(s => s.Writes.Any(w => _buffers[w] == outputs[position]));
            int read = _steps.FindLastIndex(s => s.Reads.Any(r => _buffers[r].Root == input));
            if (written < 0 || read < written || (read == written && Overwrites(_steps[written], input, outputs[position]))) continue;
            var made = outputs[position];
            made.Kind = BufferKind.Arena;
            outputs[position] = new PlanBuffer(BufferKind.Output, made.ByteCount);
            _steps.Add(new CopyStep(output, outputs[position]));
        }
    }

    private bool Overwrites(Step step, PlanBuffer input, PlanBuffer output)
    {
        for (int w = 0; w < step.Writes.Count; w++)
        {
            for (int r = 0; r < step.Reads.Count; r++)
            {
                var read = _buffers[step.Reads[r]];
                if (_buffers[step.Writes[w]] == output && read.Root == input && (read != input || !step.MayOverwrite(r, w))) return false;
            }
        }

        return true;
    }

    private void FindLifetimes(Step[] steps)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (var value in steps[i].Reads.Concat(steps[i].Writes)) _buffers[value].Touch(i);
        }
    }

    private byte* LayOut(Step[] steps, PlanMemory memory, out nint arenaBytes, int threads)
    {
        var layout = new MemoryLayout();
        foreach (var buffer in _buffers.Values.Distinct())
        {
            if (buffer.Kind == BufferKind.Arena && buffer.Last >= 0) layout.Add(buffer);
        }

        for (int i = 0; i < steps.Length; i++)
        {
            for (int w = 0; w < steps[i].Writes.Count; w++)
            {
                for (int r = 0; r < steps[i].Reads.Count; r++)
                {
                    if (steps[i].MayOverwrite(r, w) && layout.TryMerge(_buffers[steps[i].Reads[r]], _buffers[steps[i].Writes[w]], i)) break;
                }
            }
        }

        arenaBytes = layout.Place(out var offsets);
        nint workspace = steps.Length == 0 ? 0 : steps.Max(s => s.WorkspaceBytes(threads));
        byte* arena = memory.Allocate(arenaBytes + workspace);
        foreach (var (buffer, offset) in offsets) buffer.Address = arena + offset;
        return arena;
    }

    private static nint BytesOf(Value value) => (nint)Blocks.ElementCount(value) * value.ElementType.Size();
}
