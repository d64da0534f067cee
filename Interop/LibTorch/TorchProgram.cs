using System.Runtime.InteropServices;
using System.Text;
using Framework.Errors;
using Framework.Tensors;
using Interop.Native;

namespace Interop.LibTorch;

/// <summary>
/// A list of calls to ATen operators, recorded once and run by libtorch as often as one likes, with gradients by its own autograd.
/// </summary>
/// <remarks>
/// Tensors are slots. A bound slot lies over the memory of a <see cref="Tensor"/>, which is read, and by operators that work in
/// place written, at every run; results lie in libtorch's memory. Nothing is copied, but for a result whose elements are not in row-major order.
/// </remarks>
public sealed unsafe class TorchProgram : IDisposable
{
    private readonly TorchApi _api;
    private readonly NativeHandle _program;
    private readonly Dictionary<int, Tensor> _bound = [];
    private int _slots;

    /// <summary>Starts an empty program.</summary>
    /// <param name="runtime">The library; null for <see cref="TorchRuntime.Find"/>.</param>
    /// <exception cref="EngineException">The library is absent.</exception>
    public TorchProgram(TorchRuntime? runtime = null)
    {
        Runtime = runtime ?? TorchRuntime.Find();
        _api = Runtime.Api;
        nint program;
        _api.Check(_api.ProgramCreate(&program), TorchRuntime.Engine);
        _program = new NativeHandle(program, _api.ProgramDestroy);
    }

    /// <summary>The library.</summary>
    public TorchRuntime Runtime { get; }

    /// <summary>Threads for one operator; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; set; }

    /// <summary>
    /// Whether calls recorded from now on count for gradients; off for what an optimizer does to parameters in place.
    /// </summary>
    public bool Differentiable { get; set; } = true;

    /// <summary>A new slot over a tensor's memory.</summary>
    /// <param name="tensor">The tensor; kept alive by the program.</param>
    /// <param name="requiresGradient">Whether gradients with respect to it may be asked for.</param>
    /// <exception cref="EngineException">libtorch has no such element type.</exception>
    public TorchSlot Bind(Tensor tensor, bool requiresGradient = false)
    {
        var slot = NewSlot();
        Bind(slot, tensor, requiresGradient);
        return slot;
    }

    /// <summary>Lays a bound slot over another tensor's memory, from the next run on.</summary>
    /// <inheritdoc cref="Bind(Tensor, bool)"/>
    public void Bind(TorchSlot slot, Tensor tensor, bool requiresGradient = false)
    {
        long[] extents = tensor.Shape.ToLongs();
        fixed (long* e = extents)
        {
            var view = new TorchApi.View { ElementType = (int)tensor.ElementType, Rank = extents.Length, Extents = e, Data = tensor.Pointer };
            _api.Check(_api.Bind(_program.Value, slot.Index, &view, requiresGradient ? 1 : 0), TorchRuntime.Engine);
        }

        _bound[slot.Index] = tensor;
    }

    /// <summary>Names what is recorded from now on; errors at run time begin with it.</summary>
    public void Label(string text)
    {
        fixed (byte* t = Ended(text)) _api.Check(_api.Label(_program.Value, t), TorchRuntime.Engine);
    }

    /// <summary>Records a call of an operator with one result.</summary>
    /// <param name="op">
    /// The operator as in ATen's schemas without <c>aten::</c>, its overload after a point: <c>conv2d</c>, <c>add.Tensor</c>.
    /// </param>
    /// <param name="arguments">Its arguments in the schema's order; what is left out at the end takes the schema's defaults.</param>
    /// <exception cref="EngineException">There is no such operator, or an argument does not fit its schema.</exception>
    public TorchSlot Call(string op, params ReadOnlySpan<TorchArgument> arguments) => CallMany(op, 1, arguments)[0];

    /// <summary>Records a call of an operator with several results, or a list of them.</summary>
    /// <param name="op">As for <see cref="Call"/>.</param>
    /// <param name="results">How many of the results are wanted, from the first one on.</param>
    /// <param name="arguments">As for <see cref="Call"/>.</param>
    /// <exception cref="EngineException">There is no such operator, or an argument does not fit its schema.</exception>
    public TorchSlot[] CallMany(string op, int results, params ReadOnlySpan<TorchArgument> arguments)
    {
        int point = op.IndexOf('.', StringComparison.Ordinal);
        byte[] name = Ended("aten::" + (point < 0 ? op : op[..point]));
        byte[] overload = Ended(point < 0 ? "" : op[(point + 1)..]);
        var slots = NewSlots(results);
        using var native = new PinnedArguments(arguments);
        fixed (byte* n = name, o = overload)
        fixed (TorchSlot* r = slots)
        {
            _api.Check(
                _api.Call(_program.Value, n, o, native.Pointer, arguments.Length, (int*)r, results, Differentiable ? 1 : 0),
                $"{TorchRuntime.Engine}, {op}");
        }

        return slots;
    }

    /// <summary>Records the computation of gradients.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="cotangents">The weight of each element of each output; null for ones.</param>
    /// <param name="inputs">What it is differentiated by: bound slots that require gradients, or what was computed from such.</param>
    /// <returns>The gradient for each input.</returns>
    public TorchSlot[] Gradients(ReadOnlySpan<TorchSlot> outputs, ReadOnlySpan<TorchSlot?> cotangents, ReadOnlySpan<TorchSlot> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cotangents.Length, outputs.Length);
        var gradients = NewSlots(inputs.Length);
        var weights = new int[outputs.Length];
        for (int i = 0; i < weights.Length; i++) weights[i] = cotangents[i]?.Index ?? -1;
        fixed (TorchSlot* o = outputs, i = inputs, g = gradients)
        fixed (int* w = weights)
            _api.Check(_api.Gradients(_program.Value, (int*)o, w, outputs.Length, (int*)i, (int*)g, inputs.Length), TorchRuntime.Engine);
        return gradients;
    }

    /// <summary>Keeps tensors beyond the run, so that <see cref="Result"/> has them; others are dropped after their last use.</summary>
    public void Keep(params ReadOnlySpan<TorchSlot> slots)
    {
        foreach (var slot in slots) _api.Check(_api.Keep(_program.Value, slot.Index), TorchRuntime.Engine);
    }

    /// <summary>Runs all that was recorded.</summary>
    /// <param name="inference">Whether libtorch may leave out all that gradients would need.</param>
    /// <exception cref="EngineException">An operator failed; the message names it.</exception>
    public void Run(bool inference = false)
    {
        _api.Check(_api.Run(_program.Value, Threads, inference ? 1 : 0), TorchRuntime.Engine);
        GC.KeepAlive(this);
    }

    /// <summary>What the last run left in a slot that is kept. It outlives the program.</summary>
    /// <exception cref="EngineException">The slot was not kept, or nothing has run.</exception>
    public Tensor Result(TorchSlot slot)
    {
        nint tensor;
        TorchApi.View view;
        _api.Check(_api.Result(_program.Value, slot.Index, &tensor, &view), TorchRuntime.Engine);
        var owner = new NativeHandle(tensor, _api.TensorDestroy);
        var shape = Shape.From(new ReadOnlySpan<long>(view.Extents, view.Rank));
        return NativeTensor.Over(owner, view.Data, (ElementType)view.ElementType, shape, _bound.Values);
    }

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();

    private TorchSlot NewSlot() => new(_slots++);

    private TorchSlot[] NewSlots(int count)
    {
        var slots = new TorchSlot[count];
        for (int i = 0; i < count; i++) slots[i] = NewSlot();
        return slots;
    }

    private static byte[] Ended(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>Arguments in the shim's form, their lists pinned.</summary>
    private readonly ref struct PinnedArguments
    {
        private readonly TorchApi.Argument[] _arguments;
        private readonly List<GCHandle> _pins = [];

        public PinnedArguments(ReadOnlySpan<TorchArgument> arguments)
        {
            _arguments = GC.AllocateArray<TorchApi.Argument>(arguments.Length + 1, pinned: true);
            for (int i = 0; i < arguments.Length; i++)
                _arguments[i] = new() { Kind = arguments[i].Kind, Count = arguments[i].Count, Payload = Payload(arguments[i]) };
        }

        public TorchApi.Argument* Pointer => (TorchApi.Argument*)Marshal.UnsafeAddrOfPinnedArrayElement(_arguments, 0);

        public void Dispose()
        {
            foreach (var pin in _pins) pin.Free();
        }

        private long Payload(TorchArgument argument)
        {
            if (argument.Data is null) return argument.Payload;
            var pin = GCHandle.Alloc(argument.Data, GCHandleType.Pinned);
            _pins.Add(pin);
            return pin.AddrOfPinnedObject();
        }
    }
}
