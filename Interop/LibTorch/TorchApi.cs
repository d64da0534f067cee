using System.Runtime.InteropServices;
using Framework.Errors;

namespace Interop.LibTorch;

/// <summary>The functions of the shim over libtorch; <c>Shim/cnn_torch.h</c> says what each does.</summary>
internal readonly unsafe struct TorchApi(nint library)
{
    private readonly delegate* unmanaged<byte*> _error = (delegate* unmanaged<byte*>)Export(library, "error");

    public readonly delegate* unmanaged<byte*> Version = (delegate* unmanaged<byte*>)Export(library, "version");

    public readonly delegate* unmanaged<nint*, int> ProgramCreate = (delegate* unmanaged<nint*, int>)Export(library, "program_create");

    public readonly delegate* unmanaged<nint, void> ProgramDestroy = (delegate* unmanaged<nint, void>)Export(library, "program_destroy");

    public readonly delegate* unmanaged<nint, int, View*, int, int> Bind = (delegate* unmanaged<nint, int, View*, int, int>)Export(library, "bind");

    public readonly delegate* unmanaged<nint, byte*, int> Label = (delegate* unmanaged<nint, byte*, int>)Export(library, "label");

    public readonly delegate* unmanaged<nint, byte*, byte*, Argument*, int, int*, int, int, int> Call =
        (delegate* unmanaged<nint, byte*, byte*, Argument*, int, int*, int, int, int>)Export(library, "call");

    public readonly delegate* unmanaged<nint, int*, int*, int, int*, int*, int, int> Gradients =
        (delegate* unmanaged<nint, int*, int*, int, int*, int*, int, int>)Export(library, "gradients");

    public readonly delegate* unmanaged<nint, int, int> Keep = (delegate* unmanaged<nint, int, int>)Export(library, "keep");

    public readonly delegate* unmanaged<nint, int, int, int> Run = (delegate* unmanaged<nint, int, int, int>)Export(library, "run");

    public readonly delegate* unmanaged<nint, int, nint*, View*, int> Result =
        (delegate* unmanaged<nint, int, nint*, View*, int>)Export(library, "result");

    public readonly delegate* unmanaged<nint, void> TensorDestroy = (delegate* unmanaged<nint, void>)Export(library, "tensor_destroy");

    public readonly delegate* unmanaged<byte*, double*, int, View*, nint*, int> OptimizerCreate =
        (delegate* unmanaged<byte*, double*, int, View*, nint*, int>)Export(library, "optimizer_create");

    public readonly delegate* unmanaged<nint, double, View*, int> OptimizerStep =
        (delegate* unmanaged<nint, double, View*, int>)Export(library, "optimizer_step");

    public readonly delegate* unmanaged<nint, void> OptimizerDestroy = (delegate* unmanaged<nint, void>)Export(library, "optimizer_destroy");

    /// <summary>Turns a result that is not 0 into an error.</summary>
    /// <exception cref="EngineException">libtorch refused; its message.</exception>
    public void Check(int failed, string place)
    {
        if (failed == 0) return;
        string message = Marshal.PtrToStringUTF8((nint)_error()) ?? "no message";
        throw new EngineException(place, $"libtorch says: {message.ReplaceLineEndings(" ").Trim()}");
    }

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, "ct_" + name);

    /// <summary>A tensor as the shim sees it: <c>ct_view</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct View
    {
        public int ElementType;
        public int Rank;
        public long* Extents;
        public void* Data;
    }

    /// <summary>An argument of an operator: <c>ct_argument</c>. The last field is an integer, the bits of a double, or an address.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Argument
    {
        public TorchArgumentKind Kind;
        public int Count;
        public long Payload;
    }
}
