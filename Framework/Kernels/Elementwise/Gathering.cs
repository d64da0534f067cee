using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>What an input's elements are in memory and as floats.</summary>
internal unsafe interface ISource
{
    /// <summary>Whether a run of neighbours can be copied as it is; a constant to the compiler.</summary>
    static abstract bool IsFloat { get; }

    static abstract float Read(nint address, nint index);
}

/// <summary>Floats.</summary>
internal readonly unsafe struct FloatSource : ISource
{
    public static bool IsFloat => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(nint address, nint index) => ((float*)address)[index];
}

/// <summary>Truth values of a byte each.</summary>
internal readonly unsafe struct BooleanSource : ISource
{
    public static bool IsFloat => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(nint address, nint index) => Value(((byte*)address)[index]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(byte element) => element != 0 ? 1f : 0f;
}

/// <summary>Brings the part of a strided or repeated input that belongs to a tile into the tile.</summary>
internal static unsafe class Gathering<TSource, TSimd>
    where TSource : ISource
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Fills a tile with the input's elements for the outputs from <paramref name="start"/> on.</summary>
    public static void Run(nint source, float* tile, int start, int count, int rank, int* extents, int* strides)
    {
        int* index = stackalloc int[rank];
        nint offset = 0;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            (start, index[axis]) = Math.DivRem(start, extents[axis]);
            offset += (nint)index[axis] * strides[axis];
        }

        int last = rank - 1;
        bool repeats = TSource.IsFloat && rank > 1 && strides[last] == 1 && strides[last - 1] == 0 && extents[last] % TSimd.Width == 0;
        while (true)
        {
            int run = Math.Min(count, extents[last] - index[last]);
            if (repeats && index[last] == 0 && run == extents[last])
            {
                int rows = Math.Min(count / run, extents[last - 1] - index[last - 1]);
                RepeatRow((float*)source + offset, tile, run, rows);
                index[last - 1] += rows - 1;
                tile += (rows - 1) * run;
                count -= (rows - 1) * run;
            }
            else
            {
                Row(source, offset, strides[last], tile, run);
            }

            tile += run;
            count -= run;
            if (count == 0) return;
            index[last] += run;
            offset += (nint)run * strides[last];
            for (int axis = last; index[axis] == extents[axis]; axis--)
            {
                index[axis] = 0;
                index[axis - 1]++;
                offset += strides[axis - 1] - ((nint)extents[axis] * strides[axis]);
            }
        }
    }

    /// <summary>Writes one row several times: what a number for each channel is to a channel-blocked plane.</summary>
    private static void RepeatRow(float* source, float* tile, int length, int rows)
    {
        for (int i = 0; i < length; i += TSimd.Width)
        {
            TSimd values = TSimd.Load(source + i);
            float* target = tile + i;
            for (int row = 0; row < rows; row++, target += length) TSimd.Store(target, values);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(nint source, nint offset, int stride, float* tile, int count)
    {
        int i = 0;
        if (stride == 0)
        {
            float value = TSource.Read(source, offset);
            TSimd values = TSimd.Broadcast(value);
            for (; i <= count - TSimd.Width; i += TSimd.Width) TSimd.Store(tile + i, values);
            for (; i < count; i++) tile[i] = value;
            return;
        }

        if (TSource.IsFloat && stride == 1)
        {
            for (; i <= count - TSimd.Width; i += TSimd.Width) TSimd.Store(tile + i, TSimd.Load((float*)source + offset + i));
        }

        for (; i < count; i++) tile[i] = TSource.Read(source, offset + ((nint)i * stride));
    }
}
