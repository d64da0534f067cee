using System.Security.Cryptography;
using Framework.Data;
using Framework.Data.Sources;

namespace Framework.Tests.Data;

public class DigitsTests
{
    private const int PackedLimit = 1_500_000;

    // Over pixels and label of each digit in turn, computed from MNIST's files by other means than this framework's.
    private const string TrainSha256 = "9a5864a1e426ad3809df2a40a14671029657689a9879fd7541fa424c9097a451";
    private const string TestSha256 = "97024aadc203baad16d8ee0565c20f9147cb2495223143039d90711f1a2f9c3c";

    [Theory]
    [InlineData(DataSplit.Train, Digits.TrainPerClass, TrainSha256)]
    [InlineData(DataSplit.Test, Digits.TestPerClass, TestSha256)]
    public void The_embedded_digits_are_what_they_should_be(DataSplit split, int perClass, string sha256)
    {
        var digits = split == DataSplit.Train ? Digits.Train : Digits.Test;
        digits.SampleShape.Should().Equal(1, 28, 28);
        digits.ClassNames.Should().Equal(Enumerable.Range(0, 10).Select(d => $"{d}"));

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counts = new int[10];
        var sample = new float[28 * 28];
        for (int i = 0; i < digits.Count; i++)
        {
            int label = digits.Read(i, sample);
            counts[label]++;
            hash.AppendData(Array.ConvertAll(sample, v => (byte)MathF.Round(v * 255)));
            hash.AppendData([(byte)label]);
        }

        counts.Should().OnlyContain(c => c == perClass);
        Convert.ToHexStringLower(hash.GetHashAndReset()).Should().Be(sha256);
    }

    [Fact]
    public void They_are_small()
    {
        using var packed = typeof(Digits).Assembly.GetManifestResourceStream("digits.idx.br");
        packed!.Length.Should().BeLessThanOrEqualTo(PackedLimit);
    }

    [FetchedFact("mnist")]
    public void They_are_the_first_of_each_class_of_MNIST()
    {
        foreach (var (split, digits, perClass) in new[]
        {
            (DataSplit.Train, Digits.Train, Digits.TrainPerClass), (DataSplit.Test, Digits.Test, Digits.TestPerClass),
        })
        {
            var mnist = DataSets.Open("mnist", split);
            var taken = new int[10];
            var expected = new float[28 * 28];
            var actual = new float[28 * 28];
            int next = 0;
            for (int i = 0; i < mnist.Count; i++)
            {
                int label = mnist.Read(i, expected);
                if (taken[label]++ >= perClass) continue;
                digits.Read(next++, actual).Should().Be(label);
                actual.AsSpan().SequenceEqual(expected).Should().BeTrue($"digit {i} of MNIST is digit {next - 1} here");
            }

            next.Should().Be(digits.Count);
        }
    }
}
