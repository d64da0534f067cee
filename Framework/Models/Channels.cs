namespace Framework.Models;

/// <summary>Numbers of channels of a network made narrower or wider at its full depth.</summary>
internal static class Channels
{
    /// <summary>The number times the width, rounded to an even number so that two groups divide it.</summary>
    public static int Scaled(int channels, double width) => width == 1 ? channels : Math.Max(2, 2 * (int)Math.Round(channels * width / 2));
}
