using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>One of a form's matrices, applied to a few vectors.</summary>
internal unsafe interface ITransform
{
    /// <summary>Vectors that go in.</summary>
    static abstract int From { get; }

    /// <summary>Vectors that come out.</summary>
    static abstract int To { get; }

    /// <summary>Multiplies the matrix by the vectors that lie <paramref name="sourceStep"/> floats apart.</summary>
    static abstract void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd>;
}
