using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Normalization;

/// <summary>
/// How vectors run through the channels of one or several places. Intermediate numbers of all these channels lie in a row of scratch with margins, in
/// which a channel's neighbours are a fixed distance away.
/// </summary>
internal unsafe interface ILrnLayout<TSelf, TSimd>
    where TSelf : unmanaged, ILrnLayout<TSelf, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    static abstract string Form { get; }

    static abstract string? Refusal(in ChannelProblem tensor);

    /// <summary>Places that are worked on at a time.</summary>
    static abstract int MostPlaces { get; }

    /// <summary>Floats from a channel's number to the next channel's.</summary>
    static abstract int Neighbour { get; }

    /// <summary>For some places of an image.</summary>
    static abstract TSelf Create(in ChannelProblem tensor, int place, int places);

    /// <summary>Vectors to go through.</summary>
    int Vectors { get; }

    TSimd Load(float* image, int vector);

    void Store(float* image, int vector, TSimd value);
}

/// <summary>The lanes are neighbouring channels of a place.</summary>
internal readonly unsafe struct LaneChannels<TSimd>(int blocks, int places, int lanes, int place) : ILrnLayout<LaneChannels<TSimd>, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static string Form => "LaneLrn";

    public static int MostPlaces => 1;

    public static int Neighbour => 1;

    public int Vectors => blocks * lanes / TSimd.Width;

    public static string? Refusal(in ChannelProblem tensor) =>
        tensor.Lanes % TSimd.Width == 0 ? null : $"{tensor.Lanes} lanes are no multiple of {TSimd.Width}.";

    public static LaneChannels<TSimd> Create(in ChannelProblem tensor, int place, int places) =>
        new(tensor.Blocks, tensor.Places, tensor.Lanes, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load(float* image, int vector) => TSimd.Load(image + Offset(vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* image, int vector, TSimd value) => TSimd.Store(image + Offset(vector), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint Offset(int vector)
    {
        (int block, int lane) = Math.DivRem(vector * TSimd.Width, lanes);
        return ((((nint)block * places) + place) * lanes) + lane;
    }
}

/// <summary>The lanes are neighbouring places of a channel.</summary>
internal readonly unsafe struct PlainChannels<TSimd>(int channels, int allPlaces, int place, int places) : ILrnLayout<PlainChannels<TSimd>, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static string Form => "PlainLrn";

    public static int MostPlaces => TSimd.Width;

    public static int Neighbour => TSimd.Width;

    public int Vectors => channels;

    public static string? Refusal(in ChannelProblem tensor) => tensor.Lanes == 1 ? null : $"{tensor.Lanes} lanes lie side by side.";

    public static PlainChannels<TSimd> Create(in ChannelProblem tensor, int place, int places) => new(tensor.Blocks, tensor.Places, place, places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load(float* image, int vector)
    {
        float* at = image + ((nint)vector * allPlaces) + place;
        return places == TSimd.Width ? TSimd.Load(at) : TSimd.LoadPartial(at, places);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* image, int vector, TSimd value)
    {
        float* at = image + ((nint)vector * allPlaces) + place;
        if (places == TSimd.Width) TSimd.Store(at, value);
        else TSimd.StorePartial(at, value, places);
    }
}
