using Framework.Data;
using Framework.Data.Text;
using Framework.Models;
using Framework.Modules;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>Praise or blame: convolutions over words (Kim 2014), with word vectors that are learnt along the way.</summary>
internal sealed class Sentences() : NetworkRecipe("sentences", "the sentence classifier on generated opinions", "opinions")
{
    public override Module Network(IDataset data) => new TextCnn(
        words: ((SentenceDataset)data).Vocabulary.Count, data.ClassNames.Count, vectorSize: 32, filters: 32, widths: [2, 3, 4], length: data.SampleShape[0]);

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 12,
        BatchSize = 50,
        Optimizer = new Adam(),
        Schedule = Schedule.Cosine(5e-3f),
    };
}
