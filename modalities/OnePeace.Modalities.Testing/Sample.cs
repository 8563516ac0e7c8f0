namespace OnePeace.Modalities.Testing;

/// <summary>A canary of the project.</summary>
/// <param name="Name">As <c>modality.json</c> names it.</param>
internal sealed record Sample(string Name, byte[] Bytes);

/// <summary>A sample, and what the plugin's preprocessor made of it.</summary>
internal sealed record PreparedSample(string Name, PreparedInput Input)
{
    public int Tokens => Input.Tokens;

    /// <summary>Whether both were prepared to the same bytes.</summary>
    public bool IsLike(PreparedSample other) => Tokens == other.Tokens && Input.Fields.Count == other.Input.Fields.Count && Input.Fields.Zip(other.Input.Fields).All(pair => IsLike(pair.First, pair.Second));

    public static bool IsLike(InputField a, InputField b) =>
        a.Name == b.Name && a.Value.Type == b.Value.Type && a.Value.Shape.SequenceEqual(b.Value.Shape) && a.Value.Bytes.Span.SequenceEqual(b.Value.Bytes.Span);
}
