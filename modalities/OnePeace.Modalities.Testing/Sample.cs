namespace OnePeace.Modalities.Testing;

/// <summary>A canary of the project.</summary>
/// <param name="Name">As <c>modality.json</c> names it.</param>
internal sealed record Sample(string Name, byte[] Bytes);

/// <summary>A sample, and what the plugin's preprocessor made of it.</summary>
internal sealed record PreparedSample(string Name, PreparedInput Input)
{
    public int Tokens => Input.Tokens;
}
