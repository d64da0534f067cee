using Framework.Training;

namespace Framework.Tests.Training;

public sealed class MixupTests
{
    [Fact]
    public void Mixed_images_are_learned_from_mixed_targets_the_same_at_any_prefetch()
    {
        var losses = new List<double[]>();
        var weights = new List<float[]>();
        foreach (int prefetch in (int[])[0, 3])
        {
            using var trainer = new Trainer(SmallNetwork.Traced(), SmallRun.Options with
            {
                Epochs = 2,
                Mixup = 0.5f,
                Loss = Loss.CrossEntropyOneHot,
                Prefetch = prefetch,
            });
            losses.Add([.. trainer.Fit(new Noise(30)).Select(e => e.Loss)]);
            weights.Add([.. trainer.Network.Parameters.SelectMany(p => p.Data.ToArray<float>())]);
        }

        weights[1].Should().Equal(weights[0]);
        using var plain = new Trainer(SmallNetwork.Traced(), SmallRun.Options with { Epochs = 2, Loss = Loss.CrossEntropy });
        plain.Fit(new Noise(30)).Select(e => e.Loss).Should().NotEqual(losses[0]);
    }
}
