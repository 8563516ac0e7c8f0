using OnePeace.Engine.Devices;

namespace OnePeace.Engine.Tests.Devices;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Torch_loads_here() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData("/x: version `GLIBCXX_3.4.32' not found", "libstdc++")]
    [InlineData("libgomp.so.1: cannot open shared object file", "libgomp1")]
    [InlineData("libcuda.so.1: cannot open shared object file", "NVIDIA driver")]
    public void The_loaders_real_error_is_given_with_what_to_do(string error, string remedy)
    {
        var text = TorchRuntime.Explain("/app/libLibTorchSharp.so", error);
        Assert.Contains(error, text, StringComparison.Ordinal);
        Assert.Contains(remedy, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_called_missing() =>
        Assert.Contains("-p:TorchBackend", TorchRuntime.Explain(null, "No such package."), StringComparison.Ordinal);
}
