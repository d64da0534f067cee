using System.Runtime.InteropServices;
using Framework.Tensors;

namespace Validation.Parity;

/// <summary>
/// Rounds float64 to the 24 bits of single precision: to the nearest, or, in a disturbed run of another number, up or down at random with the
/// probabilities that make the error zero on average. Only the precision is single, the range stays double's.
/// </summary>
/// <param name="run">The number of the run; 0 rounds to the nearest.</param>
internal sealed class RandomRounding(int run)
{
    // Bits of a binary64's significand that a binary32's lacks.
    private const ulong Dropped = (1UL << 29) - 1;

    // Elements that one thread takes at a time.
    private const int Part = 1 << 16;

    private int _tensors;

    /// <summary>Rounds a tensor in place; one that is not of float64 stays as it is.</summary>
    public void Round(Tensor? tensor)
    {
        if (tensor?.ElementType != ElementType.Float64) return;
        ulong seed = Hash.Mixed(((ulong)run << 32) + (uint)_tensors++);
        Parallel.For(0, (tensor.Count + Part - 1) / Part, part =>
        {
            int start = part * Part;
            var elements = tensor.AsSpan<double>().Slice(start, Math.Min(Part, tensor.Count - start));
            if (run == 0)
            {
                foreach (ref double x in elements) x = (float)x;
                return;
            }

            var bits = MemoryMarshal.Cast<double, ulong>(elements);
            for (int i = 0; i < bits.Length; i++)
            {
                if (double.IsFinite(elements[i])) bits[i] = (bits[i] + (Hash.Mixed(seed + (ulong)(start + i)) & Dropped)) & ~Dropped;
            }
        });
    }
}
