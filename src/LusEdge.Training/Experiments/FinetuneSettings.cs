namespace LusEdge.Training.Experiments;

/// <summary>How a network is trained.</summary>
internal sealed record FinetuneSettings
{
    public const string OneCycle = "one-cycle", Cosine = "cosine", FrameLoss = "frame", ClipLoss = "clip";

    /// <summary>How many of the last stages learn, 0 to 4: 0 for the classifier alone; the others stay as they are.</summary>
    /// <value>The default is null: all of them, and the stem.</value>
    public int? LastStages { get; init; }

    /// <summary>Passes over the training clips.</summary>
    /// <value>The default is 20.</value>
    public int Epochs { get; init; } = 20;

    /// <summary>Pictures a step.</summary>
    /// <value>The default is 24: many small steps learn more from few pictures than few large ones.</value>
    public int Batch { get; init; } = 24;

    /// <summary>The highest learning rate.</summary>
    /// <value>The default is 0.001, for random weights; less for trained ones.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary><c>one-cycle</c>: up for a tenth of the steps, then down along half a cosine. <c>cosine</c>: down alone.</summary>
    public string Schedule { get; init; } = OneCycle;

    /// <summary>Share of the learning rate by which each step shrinks the weights.</summary>
    /// <value>The default is 0.01.</value>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Epochs without a better validation loss after which training stops; the best epoch's weights are kept.</summary>
    /// <value>The default is 0: no validation, the last epoch's weights.</value>
    public int Patience { get; init; }

    /// <summary>Share of the training patients that are validated on and not trained on. The held-out fold plays no part.</summary>
    /// <value>The default is 0.2.</value>
    public double Validation { get; init; } = 0.2;

    /// <summary><c>frame</c>: each frame has the clip's label. <c>clip</c>: the mean of the frames' logits has it.</summary>
    public string LossOn { get; init; } = FrameLoss;

    /// <summary>Weight of the loss on the index's column <c>findings</c> (A-lines and B-lines) beside that on the grade.</summary>
    /// <value>The default is 0: findings play no part.</value>
    public double FindingsWeight { get; init; }

    internal IEnumerable<string> Errors() =>
    [
        LastStages is null ? "" : JsonFile.Within("finetune.last_stages", LastStages.Value, 0, 4),
        JsonFile.Within("finetune.epochs", Epochs, 1, 10_000),
        JsonFile.Within("finetune.batch", Batch, 2, 10_000),
        JsonFile.Within("finetune.learning_rate", LearningRate, 1e-9, 10),
        JsonFile.OneOf("finetune.schedule", Schedule, OneCycle, Cosine),
        JsonFile.Within("finetune.weight_decay", WeightDecay, 0, 1),
        JsonFile.Within("finetune.patience", Patience, 0, 10_000),
        JsonFile.Within("finetune.validation", Validation, 0.01, 0.9),
        JsonFile.OneOf("finetune.loss_on", LossOn, FrameLoss, ClipLoss),
        JsonFile.Within("finetune.findings_weight", FindingsWeight, 0, 100),
    ];
}
