using Framework.Data.Text;
using Framework.Tensors;

namespace Framework.Data.Synthetic;

/// <summary>
/// Generated sentences that praise or blame, for a sentence classifier that needs no download. The grammar, in which each choice is equally likely:
/// <code>
/// sentence  = opinion | aside opinion | opinion aside
/// opinion   = "the" thing verb degree? praise        praises
///           | "the" thing verb degree? blame         blames
///           | "the" thing verb "not" degree? praise  blames
///           | "the" thing verb "not" degree? blame   praises
/// aside     = "which was not" neutral "," | "in a" neutral "way ," | "as" person "said ,"
/// verb      = is | was | seemed | felt
/// degree    = very | really | quite | truly | rather
/// </code>
/// The word "not" blames only before praise, and within asides says nothing: whoever counts words without regard to their order is wrong in many
/// sentences, whoever sees a few words side by side need not be.
/// </summary>
public static class Opinions
{
    /// <summary>Training sentences.</summary>
    public const int TrainCount = 4000;

    /// <summary>Test sentences, which are drawn apart from the training sentences; by chance a few are equal to one.</summary>
    public const int TestCount = 1000;

    private static readonly string[] s_things =
        ["film", "plot", "music", "cast", "story", "ending", "camera", "dialogue", "book", "play", "meal", "hotel", "service", "song", "show", "game"];

    private static readonly string[] s_verbs = ["is", "was", "seemed", "felt"];
    private static readonly string[] s_degrees = ["very", "really", "quite", "truly", "rather"];
    private static readonly string[] s_praise =
        ["good", "great", "clever", "lovely", "brilliant", "charming", "moving", "superb", "funny", "fresh", "tasty", "delightful"];

    private static readonly string[] s_blame =
        ["bad", "dull", "stupid", "ugly", "boring", "awful", "stale", "terrible", "clumsy", "poor", "bland", "dreadful"];

    private static readonly string[] s_neutral = ["recent", "local", "long", "short", "foreign", "quiet", "common", "usual"];
    private static readonly string[] s_people = ["everybody", "my sister", "the neighbour", "a friend", "the paper"];

    /// <summary>What the labels mean.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["blame", "praise"];

    /// <summary>A split; both have the vocabulary of the training sentences.</summary>
    public static SentenceDataset Open(DataSplit split, long seed = 1)
    {
        var training = Draw(DataSplit.Train, TrainCount, seed);
        var vocabulary = Vocabulary.Of(training.Select(t => t.Sentence));
        return new SentenceDataset(split == DataSplit.Train ? training : Draw(DataSplit.Test, TestCount, seed), ClassNames, vocabulary);
    }

    private static LabelledText[] Draw(DataSplit split, int count, long seed) =>
        [.. Enumerable.Range(0, count).Select(i => Sentence(new CounterRandom(seed, (long)split, i)))];

    private static LabelledText Sentence(CounterRandom random)
    {
        bool praises = random.NextInt(2) == 1, negated = random.NextInt(2) == 1;
        string degree = random.NextInt(2) == 1 ? $"{One(s_degrees)} " : "";
        string opinion = $"the {One(s_things)} {One(s_verbs)} {(negated ? "not " : "")}{degree}{One(praises != negated ? s_praise : s_blame)}";
        string aside = random.NextInt(3) switch
        {
            0 => $"which was not {One(s_neutral)} ,",
            1 => $"in a {One(s_neutral)} way ,",
            _ => $"as {One(s_people)} said ,",
        };
        string sentence = random.NextInt(3) switch { 0 => opinion, 1 => $"{aside} {opinion}", _ => $"{opinion} {aside}" };
        return new LabelledText(sentence, praises ? 1 : 0);

        string One(string[] words) => words[random.NextInt(words.Length)];
    }
}
