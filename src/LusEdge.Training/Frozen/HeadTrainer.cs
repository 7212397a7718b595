using LusEdge.Training.Clips;
using LusEdge.Training.Networks;
using LusEdge.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Frozen;

/// <summary>
/// Trains the last layer on fixed features. The features are standardised and projected to the principal components of the clips'
/// means, because the frames of a clip are nearly the same picture and the label belongs to the clip. Then logistic regression
/// with soft targets is fitted. Every step is linear, so the result is a single matrix. The same frames give the same matrix.
/// </summary>
internal static class HeadTrainer
{
    private const double SmallestSpread = 1e-6;

    /// <summary>The maximum number of Newton steps; after about ten, nothing changes any more.</summary>
    private const int MostSteps = 50;

    /// <summary>The biases are only determined up to a constant; a tiny penalty fixes it.</summary>
    private const double BiasPenalty = 1e-8;

    /// <summary>Trains a head.</summary>
    /// <param name="frames">The frames of the training clips, clip by clip.</param>
    /// <param name="classOf">The class of a clip.</param>
    /// <param name="targetTable">The targets of each class, row-major [classes, classes].</param>
    /// <param name="settings">The settings.</param>
    public static LinearHead Train(
        IReadOnlyList<BandedFrame> frames, Func<LabelledClip, int> classOf, float[] targetTable, HeadSettings settings)
    {
        int classes = (int)Math.Sqrt(targetTable.Length);
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        LabelledClip[] clips = [.. frames.Select(frame => frame.Clip).Distinct()];
        Dictionary<LabelledClip, long> order = clips.Index().ToDictionary(pair => pair.Item, pair => (long)pair.Index);
        Tensor clipOf = tensor(frames.Select(frame => order[frame.Clip]).ToArray());
        Tensor features =
            tensor(frames.SelectMany(frame => frame.Values).ToArray(), [frames.Count, frames[0].Values.Length]).to(float64);
        Tensor framesOf = bincount(clipOf).to(float64);
        Tensor means = zeros(clips.Length, features.shape[1], float64).scatter_add(
            0, clipOf.unsqueeze(1).expand_as(features), features) / framesOf.unsqueeze(1);

        (Tensor center, Tensor spread) = (means.mean([0]), means.std(0).AtLeast(SmallestSpread));
        Tensor basis = Components((means - center) / spread, settings.Components);
        Tensor scores = ((features - center) / spread).mm(basis);

        // All clips have equal weight, however many frames they have; and if wanted all grades, however many clips they have.
        double[] clipsOf = [.. Enumerable.Range(0, classes)
            .Select(grade => settings.Balanced ? clips.Count(clip => classOf(clip) == grade) : 1.0)];
        Tensor weights = framesOf.index_select(0, clipOf).reciprocal()
            / tensor(frames.Select(frame => clipsOf[classOf(frame.Clip)]).ToArray());
        Tensor targets = tensor(targetTable, [classes, classes]).to(float64)
            .index_select(0, tensor(frames.Select(frame => (long)classOf(frame.Clip)).ToArray()));
        (Tensor slope, Tensor bias) = Regress(scores, targets, (weights / weights.sum()).unsqueeze(1), settings);

        Tensor weight = slope.mm(basis.t()) / spread;
        return new LinearHead(settings.Bands, Numbers(weight), Numbers(bias - weight.mv(center)));
    }

    /// <summary>
    /// Computes the directions in which the clips differ most, scaled so that the scores of the first one have a spread of 1.
    /// </summary>
    /// <param name="standard">Float64 [clips, inputs], each column with mean 0.</param>
    /// <param name="most">The maximum number of directions.</param>
    /// <returns>Float64 [inputs, directions].</returns>
    private static Tensor Components(Tensor standard, int most)
    {
        // There are more inputs than clips, so use the products between clips instead of those between inputs.
        long clips = standard.shape[0], kept = Math.Min(most, clips - 1);
        (Tensor variances, Tensor vectors) = linalg.eigh(standard.mm(standard.t()));
        Tensor lengths = variances.narrow(0, clips - kept, kept).AtLeast(SmallestSpread).sqrt();
        return standard.t().mm(vectors.narrow(1, clips - kept, kept)) / lengths / lengths.max().Times(1 / Math.Sqrt(clips));
    }

    /// <summary>Minimises the penalised cross-entropy, which is convex, with Newton's method.</summary>
    /// <param name="scores">Float64 [frames, directions].</param>
    /// <param name="targets">Float64 [frames, classes].</param>
    /// <param name="weights">Float64 [frames, 1], adding up to 1.</param>
    /// <param name="settings">The penalty, and whether the classes are steps along one slope.</param>
    /// <returns>Float64 slopes [classes, directions] and biases [classes].</returns>
    private static (Tensor Slopes, Tensor Biases) Regress(Tensor scores, Tensor targets, Tensor weights, HeadSettings settings)
    {
        long count = scores.shape[0], width = scores.shape[1], classes = targets.shape[1];

        // The logits are linear in the parameters: those of a class are its design matrix times the parameters.
        Tensor steps = tensor(Enumerable.Range(0, (int)classes).Select(c => c - (classes - 1) / 2.0).ToArray());
        long slopes = settings.Ordered ? width : classes * width, parameters = slopes + classes;
        Tensor[] design = [.. Enumerable.Range(0, (int)classes).Select(c =>
        {
            Tensor one = zeros(count, parameters, float64);
            one.narrow(1, settings.Ordered ? 0 : c * width, width).copy_(settings.Ordered ? scores * steps[c] : scores);
            one.narrow(1, slopes + c, 1).Fill(1);
            return one;
        })];
        Tensor penalty = cat([ones(slopes, float64).Times(settings.Penalty), ones(classes, float64).Times(BiasPenalty)]);
        Tensor at = zeros(parameters, float64);
        for (int i = 0; i < MostSteps; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor p = stack(design.Select(one => one.mv(at)).ToArray(), 1).softmax(1);
            Tensor error = (p - targets) * weights;
            Tensor gradient = penalty * at, curvature = diag(penalty), mean = zeros(count, parameters, float64);
            for (int c = 0; c < classes; c++)
            {
                Tensor share = p.narrow(1, c, 1);
                gradient = gradient.Plus(design[c].t().mv(error.select(1, c)));
                curvature = curvature.Plus(design[c].t().mm(design[c] * share * weights));
                mean = mean.Plus(design[c] * share);
            }

            Tensor step = linalg.solve(curvature - mean.t().mm(mean * weights), gradient);
            at = (at - step).MoveToOuterDisposeScope();
            if (step.abs().max().item<double>() < 1e-9) break;
        }

        Tensor slope = at.narrow(0, 0, slopes);
        return (settings.Ordered ? steps.unsqueeze(1).mm(slope.unsqueeze(0)) : slope.view(classes, width),
            at.narrow(0, slopes, classes));
    }

    private static float[] Numbers(Tensor tensor) => tensor.to(float32).contiguous().data<float>().ToArray();
}
