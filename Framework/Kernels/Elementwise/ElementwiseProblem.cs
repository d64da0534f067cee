using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Framework.Tensors;

namespace Framework.Kernels.Elementwise;

/// <summary>
/// A program bound to the layout of its operands. Outputs lie row-major without gaps; each input has a stride for every axis of the
/// output, 0 where it is repeated.
/// </summary>
/// <remarks>
/// Neighbouring axes that all inputs run through in step are joined, so that most problems become one row: an input without gaps is
/// read where it lies, every other is first gathered into a tile that stays in the first-level cache.
/// </remarks>
public sealed unsafe class ElementwiseProblem
{
    /// <summary>Elements that a thread takes at a time.</summary>
    internal const int ItemLength = 4096;

    private const int SmallestTile = 128;
    private const int LargestTile = 1024;

    /// <summary>Floats of all tiles together: half of a 32 KiB first-level cache.</summary>
    private const int ScratchLength = 4096;
    private const int MostTiles = 64;

    private readonly ElementwiseStep[] _steps;
    private readonly OperandLayout[] _operands;
    private readonly float[] _constants;
    private readonly int[] _extents;
    private readonly int[] _strides;

    private ElementwiseProblem(ElementwiseProgram program, Shape output, int[][] strides)
    {
        Program = program;
        Count = output.ElementCount;
        (_extents, int[][] joined) = JoinAxes(output, strides);
        _strides = Pinned<int>([.. joined.SelectMany(s => s)]);
        _operands = Pinned<OperandLayout>(program.Inputs.Length + program.Outputs.Length);
        for (int i = 0; i < strides.Length; i++) _operands[i] = LayoutOf(program.Inputs[i], joined[i]);

        for (int o = 0; o < program.Outputs.Length; o++)
        {
            bool boolean = program.Outputs[o] == ElementwiseType.Boolean;
            _operands[strides.Length + o] = new(boolean ? OperandForm.Gathered : OperandForm.InPlace, boolean, boolean ? BufferCount++ : 0);
        }

        BufferCount += program.Constants.Length + program.TemporaryCount;
        if (BufferCount > MostTiles)
            throw new ArgumentException($"The program needs {BufferCount} tiles; {MostTiles} are the limit. Split it.", nameof(program));
        TileLength = Math.Clamp(ScratchLength / Math.Max(1, BufferCount) / SmallestTile * SmallestTile, SmallestTile, LargestTile);
        _steps = Pinned(program.Steps);
        _constants = Pinned(program.Constants);
    }

    /// <summary>What is computed.</summary>
    public ElementwiseProgram Program { get; }

    /// <summary>Elements of each output.</summary>
    public int Count { get; }

    internal int TileLength { get; }

    internal int BufferCount { get; private set; }

    internal int Rank => _extents.Length;

    internal ElementwiseStep* Steps => Pointer(_steps);

    internal OperandLayout* Operands => Pointer(_operands);

    internal float* Constants => Pointer(_constants);

    internal int* Extents => Pointer(_extents);

    internal int* Strides => Pointer(_strides);

    /// <summary>Binds a program to shapes that broadcast as in numpy: aligned at the last axis, extents of 1 repeated.</summary>
    /// <exception cref="ArgumentException">The number of shapes is not the program's, or one does not broadcast to the output.</exception>
    public static ElementwiseProblem Broadcast(ElementwiseProgram program, Shape output, params ReadOnlySpan<Shape> inputs)
    {
        var strides = new int[inputs.Length][];
        for (int i = 0; i < strides.Length; i++) strides[i] = BroadcastStrides(inputs[i], output);
        return Strided(program, output, strides);
    }

    /// <summary>Binds a program to inputs at any strides, such as those of a transposed or a sliced tensor.</summary>
    /// <param name="program">What is computed.</param>
    /// <param name="output">The extents of every output.</param>
    /// <param name="strides">For each input the elements from one index to the next along each axis; 0 repeats, negative runs backwards.</param>
    /// <exception cref="ArgumentException">The number of inputs or of strides is wrong, or the program has too many values.</exception>
    public static ElementwiseProblem Strided(ElementwiseProgram program, Shape output, params int[][] strides)
    {
        if (strides.Length != program.Inputs.Length)
            throw new ArgumentException($"The program has {program.Inputs.Length} inputs, not {strides.Length}.", nameof(strides));
        if (Array.Exists(strides, s => s.Length != output.Rank))
            throw new ArgumentException($"An output of shape {output} asks for {output.Rank} strides an input.", nameof(strides));
        return new ElementwiseProblem(program, output, strides);
    }

    /// <summary>Whether an output may have the very memory of an input. Overlaps of other kinds are never allowed.</summary>
    public bool MayOverwrite(int input, int output) =>
        Program.MayOverwrite(input, output) && IsDense(_strides.AsSpan(input * Rank, Rank));

    private static int[] BroadcastStrides(Shape input, Shape output)
    {
        var strides = new int[output.Rank];
        int[] own = input.Strides();
        int skipped = output.Rank - input.Rank;
        for (int axis = 0; axis < input.Rank; axis++)
        {
            if (skipped < 0 || (input[axis] != output[axis + skipped] && input[axis] != 1))
                throw new ArgumentException($"Shape {input} does not broadcast to {output}.", nameof(input));
            strides[axis + skipped] = input[axis] == 1 ? 0 : own[axis];
        }

        return strides;
    }

    /// <summary>Drops axes of extent 1 and joins an axis with the next where every input steps through both as through one.</summary>
    private static (int[] Extents, int[][] Strides) JoinAxes(Shape output, int[][] strides)
    {
        var axes = new List<(int Extent, int[] Strides)>();
        for (int axis = 0; axis < output.Rank; axis++)
        {
            if (output[axis] == 1) continue;
            int extent = output[axis];
            int[] here = Array.ConvertAll(strides, s => s[axis]);
            if (axes.Count > 0 && axes[^1].Strides.Select((s, i) => s == (long)here[i] * extent).All(fits => fits))
            {
                extent *= axes[^1].Extent;
                axes.RemoveAt(axes.Count - 1);
            }

            axes.Add((extent, here));
        }

        if (axes.Count == 0) axes.Add((output.ElementCount, Array.ConvertAll(strides, _ => 1)));
        int[] extents = Pinned<int>(axes.Count);
        for (int axis = 0; axis < extents.Length; axis++) extents[axis] = axes[axis].Extent;
        return (extents, [.. strides.Select((_, i) => axes.Select(a => a.Strides[i]).ToArray())]);
    }

    private OperandLayout LayoutOf(ElementwiseType type, int[] strides)
    {
        bool boolean = type == ElementwiseType.Boolean;
        if (!boolean && IsDense(strides)) return new(OperandForm.InPlace, false, 0);
        if (Array.TrueForAll(strides, s => s == 0)) return new(OperandForm.Repeated, boolean, BufferCount++);
        return new(OperandForm.Gathered, boolean, BufferCount++);
    }

    /// <summary>Whether an input lies as the outputs do.</summary>
    private bool IsDense(ReadOnlySpan<int> strides)
    {
        int expected = 1;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            if (strides[axis] != expected) return false;
            expected *= _extents[axis];
        }

        return true;
    }

    /// <summary>Arrays that never move, so that a job, which may hold no references, can hold their address.</summary>
    private static T[] Pinned<T>(int count)
        where T : unmanaged => GC.AllocateArray<T>(count, pinned: true);

    private static T[] Pinned<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var array = Pinned<T>(values.Length);
        values.CopyTo(array);
        return array;
    }

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
