namespace LusEdge.Training.Experiments;

/// <summary>How a network is trained.</summary>
internal sealed record FinetuneSettings
{
    public const string OneCycle = "one-cycle", Cosine = "cosine", FrameLoss = "frame", ClipLoss = "clip";

    /// <summary>
    /// The number of last stages to train, 0 to 4; 0 trains the classifier only. The other stages stay as they are.
    /// </summary>
    /// <value>The default is null: all stages and the stem.</value>
    public int? LastStages { get; init; }

    /// <summary>Passes over the training clips.</summary>
    /// <value>The default is 20.</value>
    public int Epochs { get; init; } = 20;

    /// <summary>Pictures per step.</summary>
    /// <value>The default is 24: with few pictures, many small steps learn more than a few large ones.</value>
    public int Batch { get; init; } = 24;

    /// <summary>The highest learning rate.</summary>
    /// <value>The default is 0.001, for random weights; use less for pretrained ones.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// <c>one-cycle</c>: rises for a tenth of the steps, then falls along half a cosine. <c>cosine</c>: only falls.
    /// </summary>
    public string Schedule { get; init; } = OneCycle;

    /// <summary>The share of the learning rate by which each step shrinks the weights.</summary>
    /// <value>The default is 0.01.</value>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Training stops after this many epochs without a better validation loss; the weights of the best epoch are kept.
    /// </summary>
    /// <value>The default is 0: no validation, and the weights of the last epoch.</value>
    public int Patience { get; init; }

    /// <summary>
    /// The share of training patients used for validation and not for training. The held-out fold is never involved.
    /// </summary>
    /// <value>The default is 0.2.</value>
    public double Validation { get; init; } = 0.2;

    /// <summary>
    /// <c>frame</c>: each frame has the clip's label. <c>clip</c>: the label applies to the mean of the frames' logits.
    /// </summary>
    public string LossOn { get; init; } = FrameLoss;

    /// <summary>
    /// The weight of the loss on the findings (A-lines and B-lines, from the index's column <c>findings</c>) relative to the loss
    /// on the grade.
    /// </summary>
    /// <value>The default is 0: findings are not used.</value>
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
