using System.Diagnostics;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Whatever comes is prepared well or refused with <see cref="InvalidInputException"/>, soon, and with a message that tells senders nothing of the host.</summary>
internal sealed partial class BadInputCheck : IConformanceCheck
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(10);

    public string Name => "bad input";

    public void Run(Subject subject)
    {
        var preprocessor = subject.Modality.CreatePreprocessor(subject.Options);
        var fields = Fields(subject.Batches()[0][0].Input);
        PreparedSample? longest = null;
        foreach (var input in MadeUpInputs.Of(subject.Samples))
        {
            if (Prepare(preprocessor, input) is not { } prepared) continue;
            CheckPrepared(prepared, fields, input.Name);
            if (prepared.Tokens <= subject.Project.Declared.Limits.MaxTokens && !(prepared.Tokens <= longest?.Tokens)) longest = new PreparedSample(input.Name, prepared);
        }
        foreach (var input in subject.Conformance.BadInputs)
            Expect.That(Prepare(preprocessor, input) is null, $"Expected '{input.Name}' to be refused with an {nameof(InvalidInputException)}, but it was prepared: check for it.");
        if (longest is not null) Encode(subject, longest);
    }

    /// <summary>Null where it is refused as it should be.</summary>
    private static PreparedInput? Prepare(IPreprocessor preprocessor, BadInput input)
    {
        var (prepared, refusal, took) = Attempt(preprocessor, input);
        if (took > Soon && took < Patience) (prepared, refusal, took) = Attempt(preprocessor, input);   // the machine may have been busy
        Expect.That(took <= Soon, $"Expected '{input.Name}' ({input.Bytes.Length} bytes) to be prepared or refused within {Soon.TotalSeconds:0} seconds, but it took {took.TotalSeconds:0.0} or more: limit the work before it begins.");
        if (refusal is null) return prepared;
        Expect.That(refusal is InvalidInputException, $"Expected '{input.Name}' ({input.Bytes.Length} bytes) to be prepared or refused with an {nameof(InvalidInputException)}, but {refusal.GetType().Name} came: {refusal.Message} Check what is read before it is used.");
        Expect.That(!MachinePath().IsMatch(refusal.Message), $"Expected messages without paths, but '{input.Name}' is refused with: {refusal.Message} It goes to the sender: say what was expected and what came.");
        return null;
    }

    private static (PreparedInput? Prepared, Exception? Refusal, TimeSpan Took) Attempt(IPreprocessor preprocessor, BadInput input)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return (Preparation.Run(preprocessor, input.Bytes, Patience), null, watch.Elapsed);
        }
        catch (Exception e)
        {
            return (null, e, watch.Elapsed);
        }
    }

    private static void CheckPrepared(PreparedInput prepared, string fields, string name)
    {
        Expect.That(prepared.Tokens >= 1, $"Expected '{name}' to become at least a CLS token, but {nameof(PreparedInput.Tokens)} is {prepared.Tokens}: refuse what is empty.");
        Expect.That(Fields(prepared) == fields, $"Expected '{name}' to be prepared to the fields {fields}, as the samples are, but {Fields(prepared)} came: refuse it, or make the same fields.");
        foreach (var field in prepared.Fields.Where(field => field.Value.Type == ScalarType.Float32))
            Expect.That(!System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(field.Value.Bytes.Span).ContainsAnyExceptInRange(float.MinValue, float.MaxValue), $"Expected finite values, but '{name}' is prepared to a field '{field.Name}' with others: refuse values that are not finite.");
    }

    /// <summary>What the adaptor can rely on, whatever the input.</summary>
    private static string Fields(PreparedInput input) => string.Join(", ", input.Fields.Select(field => $"{field.Name}: {field.Value.Type} of {field.Value.Shape.Count} axes"));

    /// <summary>The adaptor takes what the preprocessor lets pass.</summary>
    private static void Encode(Subject subject, PreparedSample longest)
    {
        using var model = new TestModel(subject);
        var vector = Preparation.Within(Patience, () => model.Vectors([longest])[0]);
        Expect.That(vector.All(float.IsFinite), $"Expected a finite vector of '{longest.Name}', which becomes {longest.Tokens} tokens, but some values are not: refuse it, or scale it.");
    }

    [GeneratedRegex(@"(?<![\w./:-])/[\w.-]+/[\w./-]+|\b[A-Za-z]:\\")]
    private static partial Regex MachinePath();
}
