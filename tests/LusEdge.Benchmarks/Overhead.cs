using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusEdge.Benchmarks;

/// <summary>CPU time per frame in one round.</summary>
/// <param name="Pipeline">The whole pipeline: read, decode, crop and gray, hand over, preprocess, infer, aggregate.</param>
/// <param name="Decoding">FFmpeg's demuxer and decoder alone.</param>
/// <param name="Gray">What FFmpeg's crop and conversion to gray add to decoding.</param>
/// <param name="Inference">ONNX Runtime alone, on one picture, with buffers bound once.</param>
internal sealed record OverheadRound(TimeSpan Pipeline, TimeSpan Decoding, TimeSpan Gray, TimeSpan Inference)
{
    /// <summary>The pipeline relative to its unavoidable parts, decoding and inference.</summary>
    public double Ratio => Pipeline / (Decoding + Inference);

    /// <summary>The remainder: the appliance's own code, and the cost of the parts running at the same time.</summary>
    public TimeSpan Rest => Pipeline - Decoding - Gray - Inference;
}

/// <summary>
/// What the pipeline costs on top of decoding and inference: the same clip, model and threads, interleaved in one process. It
/// measures the CPU time of the process, because that is what a box runs out of, and because other load hardly changes it.
/// </summary>
internal static class Overhead
{
    /// <summary>Frames before the clock starts.</summary>
    private const int WarmUp = 10;

    /// <param name="capture">The clip and the sector.</param>
    /// <param name="input">The sector's size, which is the size of the model's input.</param>
    /// <param name="options">The model.</param>
    /// <param name="rounds">How many rounds to measure, after one that does not count.</param>
    /// <param name="frames">Frames per round.</param>
    public static IReadOnlyList<OverheadRound> Measure(
        CaptureOptions capture, PictureSize input, ModelOptions options, int rounds, int frames)
    {
        using SeverityModel model =
            SeverityModel.Load(options.ResolveDirectory(), options, NullLogger<SeverityModel>.Instance);
        using var bare = new BareRuntime(options, model.Description, input.Width, input.Height);
        var measured = new List<OverheadRound>();
        for (int round = 0; round <= rounds; round++)
        {
            TimeSpan pipeline = Pipeline(capture, model, frames);
            TimeSpan decoding = Decoding(capture.Source, frames, null);
            TimeSpan gray = Decoding(capture.Source, frames, Chain(capture.Sector.ToString())) - decoding;
            var one = new OverheadRound(pipeline, decoding, gray, Inference(bare, frames));

            // The first round compiles the code.
            if (round > 0) measured.Add(one);
            Console.Error.WriteLine(FormattableString.Invariant($"overhead, round {round} of {rounds}: {one.Ratio:0.000}"));
        }

        return measured;
    }

    private static TimeSpan Pipeline(CaptureOptions capture, SeverityModel model, int frames)
    {
        using var enough = new CancellationTokenSource();
        TimeSpan begun = default;
        TimeSpan ended = default;
        PipelineOf.Run(
            capture,
            model,
            new CountingSink(
                WarmUp,
                WarmUp + frames,
                () => begun = Cpu(),
                () =>
                {
                    ended = Cpu();
                    enough.Cancel();
                }),
            enough.Token);
        return (ended - begun) / frames;
    }

    /// <summary>The same filters as in Capture.</summary>
    private static string Chain(string sector) =>
        sector.Split(',') is [var x, var y, var width, var height]
            ? $"crop={width}:{height}:{x}:{y}:exact=1,format=gray"
            : "format=gray";

    private static TimeSpan Decoding(string clip, int frames, string? chain)
    {
        using var deadline = new ReadDeadline();
        using Demuxer demuxer = Demuxer.Open(clip, null, new Dictionary<string, string>(), deadline);
        using Decoder decoder = Decoder.Open(demuxer);
        using var packet = new Packet();
        using var picture = new Picture();
        using var gray = new Picture();
        PictureFilter? filter = null;
        TimeSpan begun = default;
        for (int decoded = 0; decoded < WarmUp + frames;)
        {
            AvResult received = decoder.Receive(picture);
            if (received.IsOk)
            {
                if (chain is not null)
                {
                    filter ??= PictureFilter.Create(chain, picture);
                    filter.Process(picture, gray).ThrowIfFailed("make the clip gray");
                    gray.Clear();
                }

                if (++decoded == WarmUp) begun = Cpu();
                continue;
            }

            demuxer.Read(packet).ThrowIfFailed("read the clip");
            decoder.Send(packet).ThrowIfFailed("decode the clip");
            packet.Clear();
        }

        TimeSpan took = (Cpu() - begun) / frames;
        filter?.Dispose();
        return took;
    }

    private static TimeSpan Inference(BareRuntime runtime, int frames)
    {
        for (int i = 0; i < WarmUp; i++) runtime.Run();
        TimeSpan begun = Cpu();
        for (int i = 0; i < frames; i++) runtime.Run();
        return (Cpu() - begun) / frames;
    }

    private static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;

    /// <summary>ONNX Runtime with the settings of <see cref="SeverityModel"/> and nothing around it: its full speed.</summary>
    private sealed class BareRuntime : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _run = new();
        private readonly OrtValue _input;
        private readonly OrtValue _output;
        private readonly OrtIoBinding _binding;

        public BareRuntime(ModelOptions options, ModelDescription description, int width, int height)
        {
            using var session = new SessionOptions { IntraOpNumThreads = options.Threads };
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            _session = new InferenceSession(Path.Combine(options.Model!, SeverityModel.FileName), session);
            OrtAllocator memory = OrtAllocator.DefaultInstance;
            _input = OrtValue.CreateAllocatedTensorValue(memory, TensorElementType.UInt8, [1, 1, height, width]);
            _input.GetTensorMutableDataAsSpan<byte>().Fill(90);
            _output = OrtValue.CreateAllocatedTensorValue(memory, TensorElementType.Float, [1, description.Classes.Count]);
            _binding = _session.CreateIoBinding();
            _binding.BindInput(description.Input.Name, _input);
            _binding.BindOutput("probabilities", _output);
        }

        public void Run() => _session.RunWithBinding(_run, _binding);

        public void Dispose()
        {
            _binding.Dispose();
            _output.Dispose();
            _input.Dispose();
            _run.Dispose();
            _session.Dispose();
        }
    }
}
