using System.Runtime.Intrinsics;

namespace Framework.Kernels.Simd;

/// <summary>The widths that kernels are specialised for, narrowest first.</summary>
public enum InstructionSet
{
    /// <summary>One float at a time.</summary>
    Scalar,

    /// <summary>128 bits: four floats (SSE, NEON).</summary>
    Vector128,

    /// <summary>256 bits: eight floats (AVX2 with FMA).</summary>
    Vector256,

    /// <summary>512 bits: sixteen floats (AVX-512).</summary>
    Vector512,
}

/// <summary>What a process can do with an <see cref="InstructionSet"/>.</summary>
public static class InstructionSets
{
    private static readonly InstructionSet[] s_supported = [.. Enum.GetValues<InstructionSet>().Where(s => s.IsSupported)];

    extension(InstructionSet set)
    {
        /// <summary>The widest set that this process supports: the processor's, less what the environment switches off.</summary>
        public static InstructionSet Best => s_supported[^1];

        /// <summary>Every set that this process supports, narrowest first.</summary>
        public static IReadOnlyList<InstructionSet> Supported => s_supported;

        /// <summary>Whether this process supports the set.</summary>
        public bool IsSupported => set switch
        {
            InstructionSet.Scalar => true,
            InstructionSet.Vector128 => Vector128.IsHardwareAccelerated,
            InstructionSet.Vector256 => Vector256.IsHardwareAccelerated,
            InstructionSet.Vector512 => Vector512.IsHardwareAccelerated,
            _ => false,
        };

        /// <summary>Floats in a vector of the set.</summary>
        public int Width => set switch
        {
            InstructionSet.Scalar => 1,
            InstructionSet.Vector128 => Vector128<float>.Count,
            InstructionSet.Vector256 => Vector256<float>.Count,
            InstructionSet.Vector512 => Vector512<float>.Count,
            _ => throw new ArgumentOutOfRangeException(nameof(set)),
        };
    }
}
