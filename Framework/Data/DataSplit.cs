namespace Framework.Data;

/// <summary>The part of a data set.</summary>
public enum DataSplit
{
    /// <summary>What a network learns from.</summary>
    Train,

    /// <summary>What it is judged on; never trained on.</summary>
    Test,
}
