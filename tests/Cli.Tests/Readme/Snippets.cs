// What stands between "snippet" and "end" is what the README shows; ReadmeTests holds the two together and runs it.
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Execution;
using Framework.Graphs;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;
using Onnx;

namespace Cli.Tests.Readme;

// snippet define
public sealed class SmallNet : Module
{
    private readonly Conv2d _conv;
    private readonly MaxPool2d _pool;
    private readonly Linear _fc;

    public SmallNet()
    {
        _conv = Add("conv", new Conv2d(1, 16, kernel: 5, padding: 2));
        _pool = Add("pool", new MaxPool2d(4));
        _fc = Add("fc", new Linear(16 * 7 * 7, 10));
    }

    public override SymbolicShape InputShape => ["N", 1, 28, 28];

    public override Value Forward(Value x)
    {
        x = _pool.Forward(_conv.Forward(x).Relu());
        return _fc.Forward(x.Flatten());
    }
}
// end

internal static class Snippets
{
    public static Graph Train(int epochs, Action<EpochResult> report)
    {
        // snippet train
        Graph network = new SmallNet().Initialize(seed: 1).Trace();
        ITransform[] transforms = [new Normalize(Digits.Statistics)];
        using var trainer = new Trainer(network, new TrainerOptions
        {
            Epochs = epochs,
            BatchSize = 32,
            Optimizer = new Sgd(momentum: 0.9f, weightDecay: 5e-4f),
            Schedule = Schedule.Cosine(0.01f),
            TrainTransforms = transforms,
            TestTransforms = transforms,
        });
        trainer.Fit(Digits.Train, Digits.Test, onEpoch: report);
        Graph trained = trainer.Network;
        // end
        return trained;
    }

    public static void Export(Graph trained, string path)
    {
        // snippet export
        OnnxModel.Save(trained, path, new OnnxExportOptions { Opset = 17 });
        // end
    }

    public static Tensor Import(string path, Tensor images)
    {
        // snippet import
        using var session = new Session(OnnxModel.Load(path));
        Tensor scores = session.Run(images)[0];
        // end
        return scores;
    }
}
