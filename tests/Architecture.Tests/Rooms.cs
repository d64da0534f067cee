using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>Who may see whom inside Framework: the one table.</summary>
internal static class Rooms
{
    /// <summary>
    /// For each room, the rooms (or rooms within rooms) whose names its sources may use beside its own. Errors are seen by all and see nobody.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string[]> MaySee = new Dictionary<string, string[]>
    {
        ["Errors"] = [],
        ["Files"] = ["Tensors"],
        ["Threading"] = [],
        ["Tensors"] = [],

        // Kernels know memory and threads; what an operator is, they do not.
        ["Kernels"] = ["Tensors", "Threading"],

        // A graph's nodes name operators, and an operator's gradient is a graph. How either is run is nobody's business here.
        ["Graphs"] = ["Operators", "Tensors"],
        ["Operators"] = ["Graphs", "Tensors", "Threading"],
        ["Gradients"] = ["Graphs", "Operators", "Tensors"],

        // The one place where operators meet kernels. Execution knows of kernels no more than the instruction sets that they come in, and the machine's limits.
        ["Lowering"] = ["Execution", "Graphs", "Kernels", "Operators", "Tensors", "Threading"],
        ["Execution"] = ["Graphs", "Kernels.Machine", "Kernels.Simd", "Lowering", "Operators", "Tensors", "Threading"],

        ["Modules"] = ["Graphs", "Operators", "Tensors", "Threading"],
        ["Models"] = ["Graphs", "Modules", "Operators", "Tensors"],
        ["Adaptation"] = ["Files", "Graphs", "Modules", "Operators", "Tensors"],
        ["Inspection"] = ["Graphs", "Operators", "Tensors"],
        ["Seeing"] = ["Data", "Execution", "Files", "Gradients", "Graphs", "Operators", "Tensors"],
        ["Data"] = ["Files", "Tensors"],
        ["Training"] = ["Data", "Execution", "Files", "Gradients", "Graphs", "Operators", "Tensors", "Threading"],
    };

    /// <summary>What the sources use that the table does not allow, a line each.</summary>
    public static IEnumerable<string> Violations(IReadOnlyCollection<SourceFile> sources)
    {
        // Within namespace Framework a name may also begin with its room: Tensors.Shape. That it is one, and not a property called Tensors, is
        // seen by the type that follows.
        var types = sources.SelectMany(f => f.Types.Select(t => $"{f.Namespace}.{t}")).ToHashSet();
        foreach (var file in sources)
        {
            string room = RoomOf(file.Path);
            if (!MaySee.TryGetValue(room, out string[]? allowed))
            {
                yield return $"{file.Path}: the table does not say what the room {room} may see.";
                continue;
            }

            foreach (string seen in NamesIn(file, types).Distinct())
            {
                if (!Array.Exists([room, "Errors", .. allowed], a => seen == a || seen.StartsWith(a + ".", StringComparison.Ordinal)))
                    yield return $"{file.Path}: {room} may not see {seen}.";
            }
        }
    }

    private static string RoomOf(string path) => path.Split('/') is [_, var room, _, ..] ? room : "";

    private static IEnumerable<string> NamesIn(SourceFile file, HashSet<string> types)
    {
        foreach (Match match in Regex.Matches(file.Code, @"(?<![\w.])(?:global::)?Framework\.(\w+(?:\.\w+)*)")) yield return match.Groups[1].Value;
        foreach (Match match in Regex.Matches(file.Code, @"(?<![\w.])([A-Z]\w+(?:\.\w+)+)"))
        {
            string name = match.Groups[1].Value;
            if (MaySee.ContainsKey(name[..name.IndexOf('.', StringComparison.Ordinal)]) && IsType(name, types)) yield return name;
        }
    }

    private static bool IsType(string name, HashSet<string> types)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
        {
            if (types.Contains($"Framework.{name[..end]}")) return true;
        }

        return false;
    }
}
