namespace Framework.Data;

/// <summary>Mixes the samples of a batch pair by pair, the first with the last, and says the share of each class in the results.</summary>
internal static class Mixup
{
    public static void Apply(Batch batch, float alpha, SampleRandom random)
    {
        float share = random.NextBeta(alpha);
        var images = batch.Images.AsSpan<float>();
        var targets = batch.Targets.AsSpan<float>();
        ReadOnlySpan<long> labels = batch.Labels.AsSpan<long>();
        int length = images.Length / batch.Count, classes = targets.Length / batch.Count;
        targets.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            int other = batch.Count - 1 - i;
            targets[(i * classes) + (int)labels[i]] += share;
            targets[(i * classes) + (int)labels[other]] += 1 - share;
            if (other > i) Mix(images.Slice(i * length, length), images.Slice(other * length, length), share);
        }
    }

    private static void Mix(Span<float> first, Span<float> second, float share)
    {
        for (int i = 0; i < first.Length; i++)
        {
            float a = first[i], b = second[i];
            first[i] = (share * a) + ((1 - share) * b);
            second[i] = (share * b) + ((1 - share) * a);
        }
    }
}
