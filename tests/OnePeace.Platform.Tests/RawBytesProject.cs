namespace OnePeace.Platform.Tests;

/// <summary>An author's project of a modality that is bytes.</summary>
internal static class RawBytesProject
{
    /// <summary>Writes the project; its folder.</summary>
    public static string Write(string folder, string? source = null)
    {
        var project = Directory.CreateDirectory(folder).FullName;
        File.WriteAllText(Path.Combine(project, "Test.RawBytes.csproj"), Project());
        File.WriteAllText(Path.Combine(project, "RawBytes.cs"), source ?? Source);
        File.WriteAllText(Path.Combine(project, "sample.bin"), "some bytes");
        File.WriteAllText(Path.Combine(project, "modality.json"), """
            { "name": "raw_bytes", "version": "1.2.3", "weights": { "seed": 3, "from": "image" }, "limits": { "max_tokens": 64 }, "canaries": ["sample.bin"] }
            """);
        return project;
    }

    /// <summary>Refers to what lies beside the command, so that nothing has to be restored.</summary>
    private static string Project() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <EnableDynamicLoading>true</EnableDynamicLoading>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="{Path.Combine(AppContext.BaseDirectory, "OnePeace.Modalities.dll")}" Private="false" />
            <Reference Include="{Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll")}" Private="false" />
          </ItemGroup>
        </Project>
        """;

    private const string Source = """
        using OnePeace.Modalities;
        using OnePeace.Modalities.Layers;
        using TorchSharp;
        using static TorchSharp.torch;

        public sealed class RawBytes : IModality, IPreprocessor
        {
            public string Name => "raw_bytes";
            public IReadOnlyList<string> MediaTypes => ["application/octet-stream"];
            public IPreprocessor CreatePreprocessor(ModalityOptions options) => this;
            public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new Adaptor(shape);

            public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
            {
                long[] values = [256, .. input.Bytes.ToArray().Select(b => (long)b)];
                return ValueTask.FromResult(new PreparedInput([new InputField("bytes", HostTensor.Create(values, values.Length))], values.Length));
            }

            private sealed class Adaptor : ModalityAdaptor
            {
                private readonly Embedding _bytes;

                public Adaptor(CoreShape shape) : base("Adaptor")
                {
                    _bytes = new(257, shape.Width);
                    RegisterComponents();
                }

                public override Tokens forward(ModalityBatch batch) =>
                    new(_bytes.call(batch["bytes"]), zeros(batch["bytes"].shape, ScalarType.Bool, batch["bytes"].device), []);
            }
        }
        """;
}
