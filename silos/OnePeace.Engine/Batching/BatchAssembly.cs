using System.Runtime.InteropServices;
using OnePeace.Modalities;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Batching;

/// <summary>Stacks prepared inputs of one modality: padded at the end of their first axis, floats in the model's type, on the model's device.</summary>
public static class BatchAssembly
{
    /// <summary>What inputs must have in common to share a batch: the modality, the fields, and every axis but the first.</summary>
    internal static string Lane(string modality, PreparedInput input) =>
        modality + string.Concat(input.Fields.Select(f => $" {f.Name}:{f.Value.Type}[{f.Value.Shape.Count}:{string.Join(',', f.Value.Shape.Skip(1))}]"));

    /// <summary>Every field as the preprocessor made it, <c>[B, ...]</c> on the CPU; the tensors belong to the caller's dispose scope.</summary>
    /// <param name="inputs">At least one, all of one modality.</param>
    public static Dictionary<string, Tensor> Stack(IReadOnlyList<PreparedInput> inputs)
    {
        var fields = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var field = 0; field < inputs[0].Fields.Count; field++)
            fields[inputs[0].Fields[field].Name] = Stack([.. inputs.Select(i => i.Fields[field])]);
        return fields;
    }

    /// <summary>A batch for a model; its tensors belong to the caller's dispose scope.</summary>
    /// <param name="inputs">At least one, all of one <see cref="Lane"/>.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="type">The model's floating-point type.</param>
    internal static ModalityBatch Stack(IReadOnlyList<PreparedInput> inputs, Device device, ScalarType type) =>
        new(Stack(inputs).ToDictionary(f => f.Key, f => Move(f.Value, device, type), StringComparer.Ordinal)) { Padding = PaddingMode.Independent };

    private static Tensor Move(Tensor field, Device device, ScalarType type)
    {
        using var host = device.type == DeviceType.CUDA ? field.pin_memory() : field;
        return host.to(field.dtype == ScalarType.Float32 ? type : field.dtype, device, non_blocking: true);
    }

    private static Tensor Stack(InputField[] fields)
    {
        var first = fields[0].Value;
        var longest = fields.MaxBy(f => f.Value.Bytes.Length)!.Value;
        var stacked = empty([fields.Length, .. longest.Shape], first.Type, CPU);   // [B, ...]
        Copy(fields, stacked.bytes, longest.Bytes.Length);
        return stacked;
    }

    private static void Copy(InputField[] fields, Span<byte> target, int stride)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var row = target.Slice(i * stride, stride);
            var values = fields[i].Value.Bytes.Span;
            values.CopyTo(row);
            Fill(row[values.Length..], fields[i]);
        }
    }

    private static void Fill(Span<byte> rest, InputField field)
    {
        switch (field.Value.Type)
        {
            case ScalarType.Float32:
                MemoryMarshal.Cast<byte, float>(rest).Fill((float)field.Padding);
                break;
            case ScalarType.Int64:
                MemoryMarshal.Cast<byte, long>(rest).Fill((long)field.Padding);
                break;
            default:
                rest.Fill((byte)field.Padding);   // booleans
                break;
        }
    }
}
