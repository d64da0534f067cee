using System.Text.Json.Serialization;
using Cli.Reports;
using Cli.Runs;
using Framework.Training;
using Validation.Benchmarks;
using Validation.Export;
using Validation.Parity;

namespace Cli.Plumbing;

/// <summary>The figures of <c>cnn quickstart</c>.</summary>
/// <param name="TrainSeconds">How long training took, evaluation left out.</param>
/// <param name="TestImages">Test digits.</param>
/// <param name="TestAccuracy">The share of them that is classified right.</param>
/// <param name="OnnxFile">The file that was written.</param>
/// <param name="ReimportMaxAbs">The largest difference between the network's scores and those of the file read again.</param>
/// <param name="Onnxruntime">The comparison with ONNX Runtime; null where its library is not there.</param>
/// <param name="Ok">Whether every check held.</param>
internal sealed record QuickstartFigures(
    double TrainSeconds, int TestImages, double TestAccuracy, string OnnxFile, double ReimportMaxAbs, EngineFigures? Onnxruntime, bool Ok);

/// <summary>How far another engine's scores are from ours.</summary>
/// <param name="Version">The engine's version.</param>
/// <param name="MaxAbs">The largest difference over the largest magnitude of a score.</param>
internal sealed record EngineFigures(string Version, double MaxAbs);

/// <summary>The figures of <c>cnn train</c>; also the run's <c>report.json</c>.</summary>
internal sealed record TrainFigures
{
    public required IReadOnlyList<EpochFigures> Epochs { get; init; }

    public required double? TestAccuracy { get; init; }

    public required double Seconds { get; init; }

    public required string Run { get; init; }

    public required string Model { get; init; }

    public required string Data { get; init; }

    public required bool Interrupted { get; init; }

    public required SettingsFigures Settings { get; init; }
}

/// <summary>The figures of an epoch; also a line of the run's <c>log.jsonl</c>.</summary>
internal sealed record EpochFigures(
    int Epoch, double Loss, double TrainAccuracy, double? TestAccuracy, double Seconds, double ImagesPerSecond, double? TestLoss, float Rate)
{
    public static EpochFigures Of(EpochResult epoch) => new(
        epoch.Epoch, epoch.Loss, epoch.TrainAccuracy, epoch.TestAccuracy, epoch.Seconds, epoch.ImagesPerSecond, epoch.TestLoss, epoch.Rate);
}

/// <summary>What a run was made with; null is what a recipe decides.</summary>
internal sealed record SettingsFigures(
    int Epochs, int Batch, string Optimizer, float? Lr, float? Momentum, float? WeightDecay, string? Schedule, long Seed);

/// <summary>The figures of <c>cnn evaluate</c>. Rows of the confusion are right classes, columns the model's.</summary>
internal sealed record EvaluateFigures(
    int Images,
    double Top1,
    double Top5,
    double Loss,
    double ImagesPerSecond,
    IReadOnlyList<string> Classes,
    int[][] Confusion,
    IReadOnlyList<ClassFigures> ByClass,
    IReadOnlyList<MemberFigures> Members);

/// <summary>How well one class is told from the others.</summary>
internal sealed record ClassFigures(int Images, double Precision, double Recall, double F1);

/// <summary>What a member of an ensemble reaches alone; there are none where one network is evaluated.</summary>
internal sealed record MemberFigures(string Model, double Top1, double Top5, double Loss);

/// <summary>The figures of <c>cnn predict</c>.</summary>
internal sealed record PredictFigures(IReadOnlyList<PredictionFigures> Images);

/// <summary>The most probable classes of a picture.</summary>
internal sealed record PredictionFigures(string File, IReadOnlyList<GuessFigures> Classes);

/// <summary>A class, and how probable it is held to be.</summary>
internal sealed record GuessFigures(int Index, string Name, double Probability);

/// <summary>The figures of <c>cnn inspect</c>, for one image.</summary>
internal sealed record InspectFigures(long Parameters, long MultiplyAdds, long ActivationBytes, IReadOnlyList<LayerFigures> Layers);

/// <summary>A layer of <c>cnn inspect</c>. Without spatial axes there is no receptive field.</summary>
internal sealed record LayerFigures(
    string Name, string Op, long[] OutputShape, long Parameters, long MultiplyAdds, long ActivationBytes, long? ReceptiveField, double? Jump);

/// <summary>The figures of <c>cnn parity</c>.</summary>
internal sealed record ParityFigures(
    string Model,
    int Batch,
    long Seed,
    string Algorithm,
    IReadOnlyList<ComparisonFigures> Comparisons,
    IReadOnlyList<StepFigures> Steps,
    DirectionalRow? Directional,
    double? OracleError,
    string? FirstBadActivation,
    IReadOnlyList<KernelRow> Kernels,
    int Disturbances,
    bool Ok)
{
    public static ParityFigures Of(ParityRequest request, ParityReport report) => new(
        request.Model,
        request.Batch,
        request.Seed,
        request.Algorithm,
        [.. report.Rows.Select(r => new ComparisonFigures(
            r.Against,
            $"{r.Quantity}".ToLowerInvariant(),
            r.Name,
            r.MaxAbs,
            r.RmsRel,
            r.ErrorVsFloat64,
            r.ReferenceErrorVsFloat64,
            r.Tolerance,
            r.Ok,
            r.Ok ? null : request.Again(r.Name)))],
        [.. report.Steps.Select(s => new StepFigures(s.Node, s.Place, s.Output, s.MaxAbs, s.Share, s.Ok, s.Ok ? null : request.Again(s.Node)))],
        report.Directional,
        report.OracleError,
        report.FirstBadActivation?.Name,
        report.Kernels,
        report.Disturbances,
        report.Ok);
}

/// <summary>A row of <c>cnn parity</c>; a failing one says how it is computed again.</summary>
internal sealed record ComparisonFigures(
    string Against,
    string Quantity,
    string Name,
    double MaxAbs,
    double RmsRel,
    [property: JsonPropertyName("error_vs_float64")] double ErrorVsFloat64,
    [property: JsonPropertyName("reference_error_vs_float64")] double ReferenceErrorVsFloat64,
    double Tolerance,
    bool Ok,
    string? Again);

/// <summary>A step of <c>cnn parity</c>; a failing one says how it is judged again.</summary>
internal sealed record StepFigures(string Node, string Place, string Output, double MaxAbs, double Share, bool Ok, string? Again);

/// <summary>The figures of <c>cnn conformance</c>; <c>failed</c> are the cases that ran and disagree, <c>errors</c> those that did not run to the end.</summary>
internal sealed record ConformanceFigures(int Total, int Passed, int Failed, int Unsupported, int Errors, IReadOnlyList<CaseFigures> Cases);

/// <summary>A case of <c>cnn conformance</c>.</summary>
internal sealed record CaseFigures(string Name, string Status, string Message, double? MaxAbs);

/// <summary>How the figures are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(FiniteNumbers)])]
[JsonSerializable(typeof(QuickstartFigures))]
[JsonSerializable(typeof(TrainFigures))]
[JsonSerializable(typeof(EpochFigures))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(EvaluateFigures))]
[JsonSerializable(typeof(PredictFigures))]
[JsonSerializable(typeof(InspectFigures))]
[JsonSerializable(typeof(ParityFigures))]
[JsonSerializable(typeof(ConformanceFigures))]
[JsonSerializable(typeof(ExportReport))]
[JsonSerializable(typeof(BenchFigures))]
[JsonSerializable(typeof(Alone))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class FiguresJson : JsonSerializerContext;
