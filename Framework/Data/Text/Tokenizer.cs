namespace Framework.Data.Text;

/// <summary>Parts a sentence into words: runs of letters, digits and apostrophes, in lower case; each other sign that is no space is a word itself.</summary>
public static class Tokenizer
{
    /// <summary>The words of a sentence, in order.</summary>
    public static IReadOnlyList<string> Split(string sentence)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= sentence.Length; i++)
        {
            char c = i < sentence.Length ? sentence[i] : ' ';
            if (char.IsLetterOrDigit(c) || c == '\'')
            {
                if (start < 0) start = i;
                continue;
            }

            if (start >= 0) words.Add(sentence[start..i].ToLowerInvariant());
            start = -1;
            if (!char.IsWhiteSpace(c)) words.Add(c.ToString());
        }

        return words;
    }
}
