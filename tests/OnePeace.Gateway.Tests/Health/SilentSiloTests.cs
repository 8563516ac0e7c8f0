using System.Reflection;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Models;

namespace OnePeace.Gateway.Tests.Health;

/// <summary>A silo that is there and does not answer.</summary>
public sealed class SilentSiloTests
{
    [Fact]
    public async Task All_who_ask_while_it_is_silent_wait_for_one_call()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Silent>();
        var silent = (Silent)grains;
        silent.Transformer = DispatchProxy.Create<ITransformerGrain, Silent>();
        var calls = (Silent)silent.Transformer;
        var models = new ServedModels(new GatewayOptions { DataDirectory = "" }, grains, TimeProvider.System);

        var first = models.TryDescribeTogetherAsync();
        var second = models.TryDescribeTogetherAsync();
        Assert.Equal(1, calls.Count);
        Assert.False(second.IsCompleted);

        calls.Answer.SetException(new TimeoutException());
        Assert.Null(await first);
        Assert.Null(await second);
        Assert.Null(await models.TryDescribeTogetherAsync());
        Assert.Equal(2, calls.Count);
    }

    /// <summary>Stands for the factory, which gives the transformer, and for the transformer, which gives the answer that does not come.</summary>
    public class Silent : DispatchProxy
    {
        public TaskCompletionSource<TransformerDescription> Answer { get; } = new();

        public int Count { get; private set; }

        public object? Transformer { get; set; }

        protected override object? Invoke(MethodInfo? method, object?[]? arguments)
        {
            if (Transformer is not null) return Transformer;
            Count++;
            return Answer.Task;
        }
    }
}
