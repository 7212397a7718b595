namespace LusEdge.Tests.House;

/// <summary>
/// What is where, and what may use what. The tests compare it with the built assemblies in both directions, and
/// docs/architecture.md is generated from it.
/// </summary>
internal static class Architecture
{
    /// <summary>A frame goes through these folders of LusEdge in this order. A stage may use any stage to its left.</summary>
    public static readonly string[] Stages = ["Capture", "Preprocess", "Infer", "Judge", "Aggregate", "Results", "Publish"];

    public static readonly Project[] Projects =
    [
        new("LusEdge.Contract", "the messages on the wire and their JSON",
            "",
            [
                new(Folder.Root, "message records and their serializer, nothing else", ""),
            ]),

        new("LusEdge.FFmpeg", "a safe wrapper around FFmpeg's libraries; the only project with `unsafe` code",
            "",
            [
                new(Folder.Root, "demuxer, decoder, filter, pictures, log; loads the libraries and checks them",
                    "Native"),
                new("Native", "C functions under their C names, owned handles, struct offsets of each release",
                    ""),
            ]),

        new("LusEdge", "the appliance, as a library",
            "LusEdge.Contract LusEdge.FFmpeg",
            [
                // The flow.
                new(Folder.Root, "FramePipeline takes each frame through the stages; Appliance wires the parts together",
                    "Capture Capture/Frames Capture/Source Preprocess Infer Judge Aggregate Results Publish Publish/Connection "
                    + "Models Inbox Health Metering Configuration LusEdge.Contract"),
                new("Capture", "reads video from files, devices and the network, and reopens a lost feed",
                    "Capture/Frames Capture/Source Metering Machine Secrets LusEdge.Contract LusEdge.FFmpeg"),
                new("Capture/Source", "the address and options of a source, and why one can't be opened",
                    "Capture/Frames Secrets LusEdge.FFmpeg"),
                new("Capture/Frames", "captured frames, their pool and hand-off, the geometry of a feed; each frame is counted",
                    "Metering LusEdge.FFmpeg"),
                new("Preprocess", "copies the sector into the model's input, and measures whether it is black or frozen",
                    "Capture/Frames Machine"),
                new("Infer", "runs the network on an ONNX Runtime provider",
                    "Machine"),
                new("Judge", "decides a frame's state from the facts that the stages report",
                    "Preprocess Infer LusEdge.Contract"),
                new("Aggregate", "smooths probabilities over time and summarizes clips",
                    "Infer LusEdge.Contract"),
                new("Results", "hands readings and clips to their listeners",
                    "Infer Aggregate LusEdge.Contract"),
                new("Publish", "the MQTT publisher",
                    "Publish/Status Publish/Telemetry Publish/Events Publish/Connection Publish/Messages Results Health Metering "
                    + "Machine Secrets LusEdge.Contract"),
                new("Publish/Status", "retained info, metrics and health",
                    "Publish/Telemetry Publish/Events Publish/Connection Publish/Messages Infer Results Health Metering "
                    + "LusEdge.Contract"),
                new("Publish/Telemetry", "per-frame readings, which may be lost",
                    "Publish/Connection Publish/Messages Results Metering LusEdge.Contract"),
                new("Publish/Events", "clips, which are stored until the broker has them",
                    "Publish/Connection Publish/Messages Results Health Machine"),
                new("Publish/Connection", "the broker connection and its options",
                    "Publish/Messages Health Machine Secrets LusEdge.Contract"),
                new("Publish/Messages", "builds the messages, and knows each topic's policy",
                    "Infer Aggregate Results Health Metering Machine LusEdge.Contract"),

                // Beside it.
                new("Models", "signed model packages: store, signatures, parity check, model swaps at run time",
                    "Preprocess Infer Inbox Health Machine"),
                new("Inbox", "commands that the loop executes between two frames",
                    "Infer"),
                new("Probe", "looks at a source and suggests its sector",
                    "Capture Capture/Frames Capture/Source Metering LusEdge.FFmpeg"),
                new("Configuration", "the configuration file, its schema and its errors",
                    "Capture/Frames Capture/Source Preprocess Aggregate Publish/Connection Models Machine Secrets"),
                new("Metering", "counts frames, drops and latencies, and raises `overload`",
                    "Health LusEdge.Contract"),
                new("Health", "the board of health codes: whoever owns a condition raises and clears its code",
                    "LusEdge.Contract"),
                new("Secrets", "what may be shown of an address, and of texts that may hold one",
                    ""),
                new("Machine", "operating-system queries: files of bounded size, clock, temperature, libc",
                    "LusEdge.Contract"),
            ]),

        new("LusEdge.Broker", "the embedded MQTT broker, on loopback",
            "LusEdge.Contract",
            [
                new(Folder.Root, "the broker, its TCP and WebSocket endpoints, its limits and who may do what",
                    "LusEdge.Contract"),
            ]),

        new("LusEdge.Cli", "the command `lusedge`",
            "LusEdge LusEdge.Broker",
            [
                new(Folder.Program, "the command line", "(root) Commands"),
                new("Commands", "one class per subcommand",
                    "(root) Service Demo Doctor Overlay LusEdge LusEdge.Contract LusEdge.Broker"),
                new("Service", "`run`: the appliance as a systemd service",
                    "(root) LusEdge LusEdge.Contract LusEdge.Broker"),
                new("Demo", "`demo`: an artificial clip (the phantom) as the source, and a view of what is published",
                    "LusEdge LusEdge.Contract"),
                new("Doctor", "`doctor`: one check per part, each with a suggestion",
                    "(root) LusEdge LusEdge.Contract LusEdge.FFmpeg"),
                new(Folder.Root, "exit codes, what is printed, and the sentence for each failure",
                    "Overlay LusEdge LusEdge.Contract LusEdge.FFmpeg LusEdge.Broker"),
                new("Overlay", "draws severity and heat map onto a replayed video",
                    "LusEdge LusEdge.Contract"),
            ]),

        new("LusEdge.Training", "the command `lusedge-train`",
            "LusEdge",
            [
                new(Folder.Program, "the command line", "Commands"),
                new("Commands", "one class per subcommand",
                    "(root) Phantom Clips Fit Experiments Calibrate Evaluate Export Quantize Sign Report Torch "
                    + "LusEdge LusEdge.FFmpeg"),
                new("Phantom", "draws artificial lung-ultrasound clips of known severity",
                    "(root)"),
                new("Clips", "labelled clips: index, decoding, scoring schemes",
                    "(root) LusEdge LusEdge.Contract"),
                new("Torch", "loads libtorch; replacements for what TorchSharp lacks or gets wrong",
                    "(root)"),
                new("Networks", "the networks and their weights",
                    "(root) Torch LusEdge"),
                new("Evaluate", "metrics computed from predictions: confusion, calibration, risk and coverage",
                    "(root) Clips LusEdge LusEdge.Contract"),
                new("Experiments", "experiment files and the output of a fit",
                    "(root) Clips Evaluate Networks Torch LusEdge"),
                new("Onnx", "writes networks as ONNX graphs",
                    "(root) Clips Experiments Networks Torch LusEdge"),
                new("Frozen", "trains a head on a frozen network's features",
                    "(root) Clips Experiments Networks Onnx Torch LusEdge"),
                new("Finetune", "trains the whole network",
                    "(root) Clips Evaluate Experiments Networks Torch LusEdge"),
                new("Fit", "runs an experiment or a search over its folds",
                    "(root) Clips Evaluate Experiments Networks Frozen Finetune LusEdge"),
                new("Calibrate", "temperature and quality gate from held-out frames",
                    "(root) Phantom Clips Evaluate Experiments Networks Onnx LusEdge"),
                new("Export", "a trained model's directory, with its card and reference outputs",
                    "(root) Phantom Clips Evaluate Experiments Networks Onnx Calibrate LusEdge LusEdge.Contract"),
                new("Quantize", "the 8-bit version of an exported model",
                    "(root) Clips Onnx Export LusEdge"),
                new("Sign", "signs a model package",
                    "LusEdge"),
                new("Report", "the training report as HTML and Markdown",
                    "(root) Clips Evaluate Experiments LusEdge"),
                new(Folder.Root, "failures, progress, seeded random numbers",
                    ""),
            ])
        {
            Assembly = "lusedge-train",
        },
    ];

    /// <summary>For a theory over the projects.</summary>
    public static TheoryData<string> ProjectNames => [.. Projects.Select(project => project.Name)];
}
