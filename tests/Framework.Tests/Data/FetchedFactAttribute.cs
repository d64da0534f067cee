using Framework.Data.Sources;

namespace Framework.Tests.Data;

/// <summary>A test that needs a data set's real files; without them it is counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FetchedFactAttribute : FactAttribute
{
    public FetchedFactAttribute(string name)
    {
        DataSet = name;
        if (!DataSets.Find(name).IsPresent(DataCache.Default)) Skip = $"The data set is not there. Run: cnn data fetch {name}";
    }

    public string DataSet { get; }
}
