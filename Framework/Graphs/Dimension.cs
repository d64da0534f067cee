using System.Security.Cryptography;
using System.Text;
using Framework.Errors;

namespace Framework.Graphs;

/// <summary>
/// One extent of a value: a known number, a symbol such as <c>N</c>, or an expression over symbols that keeps its text.
/// Two dimensions are equal when their numbers or their texts are.
/// </summary>
public readonly record struct Dimension
{
    // An expression over expressions can double with every node; from this length on a digest stands for it. Equal texts have equal digests.
    private const int LongestSymbol = 200;

    private readonly long _value;

    private Dimension(long value, string? symbol)
    {
        _value = value;
        Symbol = symbol;
    }

    /// <summary>The symbol or expression; null where the extent is known.</summary>
    public string? Symbol { get; }

    /// <summary>Whether the extent is a number.</summary>
    public bool IsKnown => Symbol is null;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">The extent is symbolic.</exception>
    public long Value => IsKnown ? _value : throw new InvalidOperationException($"The dimension {Symbol} has no number yet.");

    /// <summary>A symbolic dimension.</summary>
    public static Dimension Named(string symbol)
    {
        ArgumentException.ThrowIfNullOrEmpty(symbol);
        return new Dimension(0, symbol.Length <= LongestSymbol ? symbol : Digest(symbol));
    }

    /// <summary>A known dimension.</summary>
    public static implicit operator Dimension(int value) => new(value, null);

    /// <summary>A known dimension.</summary>
    public static implicit operator Dimension(long value) => new(value, null);

    /// <summary>A symbolic dimension.</summary>
    public static implicit operator Dimension(string symbol) => Named(symbol);

    /// <summary>The sum; an expression where a side is symbolic.</summary>
    public static Dimension operator +(Dimension a, Dimension b) => (a.IsKnown, b.IsKnown) switch
    {
        (true, true) => checked(a._value + b._value),
        (true, false) when a._value == 0 => b,
        (false, true) when b._value == 0 => a,
        (false, true) when b._value < 0 => Named($"({a}-{-b._value})"),
        _ => Named($"({a}+{b})"),
    };

    /// <summary>The difference; an expression where a side is symbolic.</summary>
    public static Dimension operator -(Dimension a, Dimension b) => (a.IsKnown, b.IsKnown) switch
    {
        (_, true) => a + -b._value,
        _ when a == b => 0,
        _ => Named($"({a}-{b})"),
    };

    /// <summary>The product; an expression where a side is symbolic.</summary>
    public static Dimension operator *(Dimension a, Dimension b) => (a.IsKnown, b.IsKnown) switch
    {
        (true, true) => checked(a._value * b._value),
        (true, false) => a._value switch { 0 => 0, 1 => b, _ => Named($"{a}*{b}") },
        (false, true) => b * a,
        _ => Named($"{a}*{b}"),
    };

    /// <summary>The quotient rounded down (or up); an expression where the dividend is symbolic.</summary>
    public Dimension Divide(long divisor, bool ceiling = false)
    {
        if (divisor == 1) return this;
        if (!IsKnown) return Named($"{(ceiling ? "ceil" : "floor")}({this}/{divisor})");
        long quotient = Math.DivRem(_value, divisor, out long rest);
        if (rest != 0 && ceiling && (rest > 0) == (divisor > 0)) quotient++;
        if (rest != 0 && !ceiling && (rest > 0) != (divisor > 0)) quotient--;
        return quotient;
    }

    /// <summary>The number or the symbol.</summary>
    public override string ToString() => Symbol ?? _value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The number as an <see cref="int"/>.</summary>
    /// <exception cref="ShapeException">The number does not fit.</exception>
    internal int ToInt(string place) => Value is >= 0 and <= int.MaxValue
        ? (int)Value
        : throw new ShapeException(place, $"the extent {Value} is outside 0 to 2,147,483,647.");

    private static string Digest(string text) => "?" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
}
