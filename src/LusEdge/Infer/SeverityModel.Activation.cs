using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusEdge.Infer;

/// <content>The class activation map, on request: until then it is not bound, and nothing is copied.</content>
public sealed partial class SeverityModel
{
    private const string ActivationName = "cam";
    private OrtValue? _activation;

    /// <summary>Makes every run from now on also produce the class activation map.</summary>
    /// <returns>A view of the model's own output.</returns>
    /// <exception cref="ModelException">The file has no output <c>cam</c>, float32 [1,classes,h,w].</exception>
    public ActivationMap ShowActivation()
    {
        int classes = Description.Classes.Count;
        NodeMetadata? output = _session.OutputMetadata.GetValueOrDefault(ActivationName);
        if (output is not { IsTensor: true, ElementDataType: TensorElementType.Float, Dimensions: [1, var maps, _, _] }
            || maps != classes)
        {
            throw WrongShape(
                InUse.Reference,
                $"an output \"{ActivationName}\", float32 [1,{classes},h,w], to show where its evidence lies",
                _session.OutputMetadata);
        }

        // The file does not declare the map's size, so run a picture of the network's own size; it is the same for every other.
        using OrtValue input = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, TensorElementType.UInt8, [1, 1, Description.Input.Height, Description.Input.Width]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, [Description.Input.Name], [input], [ActivationName]);
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
        _activation?.Dispose();
        _activation = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
        _binding.BindOutput(ActivationName, _activation);
        return new ActivationMap(_activation, classes, (int)shape[3], (int)shape[2], (float)Description.Temperature);
    }
}
