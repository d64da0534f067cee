using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Data;
using Framework.Data.Images;
using Framework.Data.Sources;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Seeing;
using Framework.Tensors;

namespace Cli.Commands;

/// <summary><c>cnn view</c>: pictures of what a network sees. Each writes PNG files and a page, index.html, into a folder.</summary>
internal static class ViewCommand
{
    // Pictures on the page are as wide as this or wider.
    private const int Wide = 224;

    public static Command Create() => new("view", "Shows what a network sees: filters, maps, what excites it, where it looks.")
    {
        CreateFilters(), CreateMaps(), CreateDeconvolution(), CreateSaliency(), CreateGradCam(), CreateOcclusion(), CreateMaximize(), CreateTsne(), CreateCourse(),
    };

    private static DocumentedCommand CreateFilters()
    {
        var command = new DocumentedCommand("filters", "The filters of the first convolution; 0 is grey.", "cnn view filters --model runs/first");
        var choice = new ViewChoice().AddTo(command);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed);
            var filters = Drawing.Filters(Layers.FirstFilters(chosen.Network));
            return Save(chosen, "filters of the first convolution", ("filters", "one square a filter; without three channels one a channel", Sheet(filters)));
        });
        return command;
    }

    private static DocumentedCommand CreateMaps()
    {
        var command = new DocumentedCommand(
            "maps", "What a layer makes of a picture: a map for each channel.", "cnn view maps --model runs/first --data mnist --index 3 --layer conv2");
        var choice = new ViewChoice().AddTo(command, image: true, layer: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed, image: true);
            var layer = choice.Layer(parsed, chosen.Network) ?? Layers.LastMap(chosen.Network);
            var maps = Layers.Activations(chosen.Network, layer, chosen.Image!);
            if (maps.Shape.Rank != 4) maps = maps.Reshape([1, 1, 1, maps.Count]);
            return Save(chosen, $"maps of {layer.Name}", Shown(chosen), ("maps", $"{maps.Shape[1]} channels, each stretched by itself", Sheet(Drawing.Maps(maps))));
        });
        return command;
    }

    private static DocumentedCommand CreateDeconvolution()
    {
        var channels = Options.AtLeast("--channels", 1, "N", "How many channels, those with the strongest activations; 9 by default.");
        var command = new DocumentedCommand(
            "deconv",
            "Projects a layer's strongest activations back to the pixels (Zeiler and Fergus 2013).",
            "cnn view deconv --model runs/first --image digit.png --layer conv2")
        { channels };
        var choice = new ViewChoice().AddTo(command, image: true, layer: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed, image: true);
            var layer = choice.Layer(parsed, chosen.Network) ?? Layers.LastMap(chosen.Network);
            using var projection = new Projection(chosen.Network, layer, BackwardRule.Deconvolution);
            var activations = Layers.Activations(chosen.Network, layer, chosen.Image!);
            int[] strongest = Strongest(activations, parsed.GetValue(channels) ?? 9);
            Picture[] pictures = [.. strongest.Select(c => AroundZero(projection.Strongest(chosen.Image!, c).Picture))];
            return Save(
                chosen, $"projections of {layer.Name}", Shown(chosen), ("deconv", $"channels {string.Join(", ", strongest)}", Sheet(pictures)));
        });
        return command;
    }

    private static DocumentedCommand CreateSaliency()
    {
        var command = new DocumentedCommand(
            "saliency",
            "Which pixels a class's score hangs on: its gradient, and the guided one.",
            "cnn view saliency --model runs/first --image digit.png");
        var choice = new ViewChoice().AddTo(command, image: true, score: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed, image: true);
            int score = choice.Class(parsed, chosen);
            var (plain, guided) = (Of(BackwardRule.Gradient), Of(BackwardRule.Guided));
            int rows = plain.Shape[2], columns = plain.Shape[3];
            return Save(
                chosen,
                $"class {score}: saliency",
                Shown(chosen),
                ("saliency", "the gradient's magnitude", Drawing.Stretched(Projection.Magnitudes(plain), 1, rows, columns)),
                ("gradient", "the gradient; 0 is grey", AroundZero(plain)),
                ("guided", "guided backpropagation; 0 is grey", AroundZero(guided)));

            Tensor Of(BackwardRule rule)
            {
                using var projection = new Projection(chosen.Network, chosen.Network.Outputs[0], rule);
                return projection.OfScore(chosen.Image!, score);
            }
        });
        return command;
    }

    private static DocumentedCommand CreateGradCam()
    {
        var command = new DocumentedCommand(
            "gradcam", "Where a layer sees what speaks for a class (Selvaraju et al. 2016).", "cnn view gradcam --model resnet.onnx --image cat.jpg --class 281");
        var choice = new ViewChoice().AddTo(command, image: true, layer: true, score: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed, image: true);
            var layer = choice.Layer(parsed, chosen.Network) ?? Layers.LastMap(chosen.Network);
            int score = choice.Class(parsed, chosen);
            var map = GradCam.Of(chosen.Network, layer, chosen.Image!, score);
            return Save(chosen, $"class {score}: Grad-CAM at {layer.Name}", [Shown(chosen), .. Overlaid(chosen, "gradcam", "what speaks for the class", map)]);
        });
        return command;
    }

    private static DocumentedCommand CreateOcclusion()
    {
        var size = Options.AtLeast("--size", 1, "N", "Rows and columns of the square that covers; a fifth of the picture by default.");
        var stride = Options.AtLeast("--stride", 1, "N", "Pixels from one place to the next; a quarter of the square by default.");
        var command = new DocumentedCommand(
            "occlusion", "What the class's probability loses where a square covers the picture.", "cnn view occlusion --model runs/first --image digit.png")
        { size, stride };
        var choice = new ViewChoice().AddTo(command, image: true, score: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed, image: true);
            int score = choice.Class(parsed, chosen), square = parsed.GetValue(size) ?? Math.Max(1, chosen.Image!.Shape[2] / 5);
            var map = OcclusionMap.Of(chosen.Network, chosen.Image!, score, square, parsed.GetValue(stride) ?? Math.Max(1, square / 4));
            string caption = string.Create(CultureInfo.InvariantCulture, $"the greatest loss is {map.ToArray<float>().Max():F3}");
            return Save(chosen, $"class {score}: occlusion by {square} x {square}", [Shown(chosen), .. Overlaid(chosen, "occlusion", caption, map)]);
        });
        return command;
    }

    private static DocumentedCommand CreateMaximize()
    {
        var channels = Options.AtLeast("--channels", 1, "N", "How many channels, from the first on; 16 by default.");
        var steps = Options.AtLeast("--steps", 1, "N", "Steps uphill; 200 by default.");
        var seed = Options.Seed();
        var command = new DocumentedCommand(
            "maximize", "The pictures that excite a layer's channels most.", "cnn view maximize --model runs/first --layer conv2")
        { channels, steps, seed };
        var choice = new ViewChoice().AddTo(command, layer: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed);
            var layer = choice.Layer(parsed, chosen.Network) ?? chosen.Network.Outputs[0];
            var input = chosen.Network.Inputs[0].Shape is { Rank: 4 } s && s[1..].IsKnown
                ? s[1..].ToShape("input")
                : throw new ShapeException(chosen.Name, "takes no pictures of one size.");
            int all = layer.Shape is { Rank: >= 2 } shape && shape[1].IsKnown ? (int)shape[1].Value : 1;
            var options = new MaximizerOptions { Steps = parsed.GetValue(steps) ?? 200, Seed = parsed.GetValue(seed) ?? 1 };
            Picture[] pictures =
            [
                .. Enumerable.Range(0, Math.Min(all, parsed.GetValue(channels) ?? 16))
                    .Select(c => AroundZero(UnitMaximizer.Find(chosen.Network, layer, c, input, options).Picture)),
            ];
            return Save(chosen, $"what excites {layer.Name}", ("maximize", $"channels 0 to {pictures.Length - 1}", Sheet(pictures)));
        });
        return command;
    }

    private static DocumentedCommand CreateTsne()
    {
        var data = Options.Data(required: true);
        var count = Options.AtLeast("--count", 30, "N", "How many test images; 500 by default.");
        var perplexity = Options.Number<double>("--perplexity", "P", "How many neighbours count, roughly; 30 by default.", p => p is > 1 and < 1000, "a number above 1");
        var seed = Options.Seed();
        var command = new DocumentedCommand(
            "tsne", "Lays images out in the plane by a layer's features, like beside like.", "cnn view tsne --model runs/first --data mnist --layer fc2")
        { data, count, perplexity, seed };
        var choice = new ViewChoice().AddTo(command, layer: true);
        command.SetAction(parsed =>
        {
            var chosen = choice.Read(parsed);
            var layer = choice.Layer(parsed, chosen.Network) ?? chosen.Network.Outputs[0];
            var images = DataSets.Open(parsed.GetValue(data)!, DataSplit.Test, new DataOptions { Images = DataChoice.Images });
            var (features, labels) = Features(chosen, layer, Subset.Range(images, 0, Math.Min(images.Count, parsed.GetValue(count) ?? 500)));
            double near = Math.Min(parsed.GetValue(perplexity) ?? 30, (labels.Length - 1) / 3.0);
            var plane = Tsne.Embed(features, new TsneOptions { Perplexity = near, Seed = parsed.GetValue(seed) ?? 1 });
            string title = $"{chosen.Name}: {labels.Length} images by {layer.Name}";
            return Save(chosen.Folder, new SeeingPage(title).AddPoints(plane.AsSpan<float>(), labels, images.ClassNames));
        });
        return command;
    }

    private static DocumentedCommand CreateCourse()
    {
        var name = new Argument<string>("PLAY") { Description = $"One of {string.Join(", ", FilterPlay.Names)}." };
        var folder = ViewChoice.Out();
        var command = new DocumentedCommand("course", "A filter at work, step by step, on numbers small enough to follow.", "cnn view course donut") { name, folder };
        command.SetAction(parsed =>
        {
            string play = parsed.GetValue(name)!, target = parsed.GetValue(folder)!;
            OutputPath.CheckFolder(target, "--out");
            return Save(target, new SeeingPage($"The play with filters: {play}").Add(FilterPlay.Of(play)));
        });
        return command;
    }

    private static (Tensor Features, int[] Labels) Features(ViewChoice.Chosen chosen, Value layer, IDataset images)
    {
        ChannelStatistics? normalization = chosen.Normalization ?? images.Statistics;
        var loader = new DataLoader(images, new LoaderOptions { BatchSize = 50, Transforms = normalization is null ? [] : [new Normalize(normalization)] });
        using var session = new Session(chosen.Network.WithOutputs(layer));
        var labels = new List<int>();
        var rows = new List<float[]>();
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                var features = session.Run(batch.Images)[0];
                rows.AddRange(features.ToArray<float>().Chunk(features.Count / batch.Count));
                foreach (long label in batch.Labels.AsSpan<long>()) labels.Add((int)label);
            }
        }

        return (Tensor.From([.. rows.SelectMany(r => r)], [rows.Count, rows[0].Length]), [.. labels]);
    }

    private static int[] Strongest(Tensor activations, int count)
    {
        int channels = activations.Shape[1];
        float[] greatest = [.. activations.ToArray<float>().Chunk(activations.Count / channels).Select(c => c.Max())];
        return [.. Enumerable.Range(0, channels).OrderByDescending(c => greatest[c]).Take(count)];
    }

    private static (string, string, Picture)[] Overlaid(ViewChoice.Chosen chosen, string name, string caption, Tensor map)
    {
        int rows = chosen.Image!.Shape[2], columns = chosen.Image.Shape[3];
        var heat = Drawing.Heat(map.AsSpan<float>(), map.Shape[0], map.Shape[1], rows, columns);
        return [(name, caption, heat), ($"{name}-over", "laid over the picture", Drawing.Over(PictureInput.Back(chosen.Image, chosen.Normalization), heat))];
    }

    private static (string, string, Picture) Shown(ViewChoice.Chosen chosen) =>
        ("image", "the picture as the network gets it", PictureInput.Back(chosen.Image!, chosen.Normalization));

    private static Picture AroundZero(Tensor picture) => picture.Shape[1] is 1 or 3
        ? Drawing.AroundZero(picture.AsSpan<float>(), picture.Shape[1], picture.Shape[2], picture.Shape[3])
        : Drawing.Stretched(Projection.Magnitudes(picture), 1, picture.Shape[2], picture.Shape[3]);

    private static Picture Sheet(IReadOnlyList<Picture> pictures) =>
        Drawing.ContactSheet([.. pictures.Select(p => Drawing.Enlarged(p, Math.Max(1, Wide / 4 / Math.Max(p.Rows, p.Columns))))]);

    private static int Save(ViewChoice.Chosen chosen, string title, params (string Name, string Caption, Picture Picture)[] pictures)
    {
        Directory.CreateDirectory(chosen.Folder);
        var page = new SeeingPage($"{chosen.Name}: {title}");
        foreach (var (name, caption, picture) in pictures)
        {
            var large = Drawing.Enlarged(picture, Math.Max(1, Wide / Math.Max(picture.Rows, picture.Columns)));
            string path = Path.Combine(chosen.Folder, $"{name}.png");
            PngEncoder.Write(path, large);
            Terminal.Output().Line($"Saved {path}");
            page.Add(large, caption);
        }

        return Save(chosen.Folder, page);
    }

    private static int Save(string folder, SeeingPage page)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "index.html");
        page.Save(path);
        Terminal.Output().Line($"Saved {path}");
        return ExitCode.Done;
    }
}
