using System.Runtime.InteropServices;
using OnePeace.Engine.Devices;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Devices;

public sealed class DeviceThreadTests
{
    [Fact]
    public async Task All_work_runs_on_the_one_named_thread_in_order()
    {
        await using var device = new DeviceThread("device under test", 1);
        var order = new List<int>();
        var names = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => device.RunAsync(() =>
        {
            order.Add(i);
            return (Thread.CurrentThread.Name, Environment.CurrentManagedThreadId);
        })));
        Assert.Single(names.Distinct());
        Assert.Equal("device under test", names[0].Name);
        Assert.Equal(Enumerable.Range(0, 50), order);
    }

    [Fact]
    public async Task Inference_records_no_gradients_and_frees_its_tensors()
    {
        await using var device = new DeviceThread("device", 1);
        var before = Tensor.TotalCount;
        var requiresGradient = await device.InferAsync(() => ones(2, 2, requires_grad: true).mul(ones(2, 2)).requires_grad);
        Assert.False(requiresGradient);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public async Task Torch_uses_as_many_threads_as_it_was_given()
    {
        await using var device = new DeviceThread("device", 1);
        Assert.Equal(1, await device.RunAsync(get_num_threads));
    }

    [Fact]
    public async Task A_thread_keeps_its_number_whatever_another_asks_for_before_its_first_operation()
    {
        await using var serving = new DeviceThread("serving", 3);
        await serving.RunAsync(() => true);
        await using var training = new DeviceThread("training", 1, niceness: 10);
        Assert.Equal(1, await training.RunAsync(get_num_threads));
        Assert.Equal(3, await serving.RunAsync(get_num_threads));
    }

    [Fact]
    public async Task A_nice_thread_stands_back_and_no_other_does()
    {
        if (!OperatingSystem.IsLinux()) return;   // elsewhere threads have no niceness
        await using var training = new DeviceThread("training", 1, niceness: 10);
        await using var serving = new DeviceThread("serving", 1);
        Assert.Equal(10, await training.RunAsync(Niceness));
        Assert.Equal(0, await serving.RunAsync(Niceness));

        static int Niceness() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[16]);
    }

    [Fact]
    public async Task An_ordinary_exception_reaches_its_caller_only()
    {
        await using var device = new DeviceThread("device", 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync<int>(() => throw new InvalidOperationException("mine")));
        Assert.True(device.Healthy);
        Assert.Equal(7, await device.RunAsync(() => 7));
    }

    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered")]
    [InlineData("CUBLAS_STATUS_EXECUTION_FAILED")]
    public async Task A_fatal_error_makes_the_device_refuse_all_further_work(string message)
    {
        await using var device = new DeviceThread("device", 1);
        Exception? failed = null;
        device.Failed += fault => failed = fault;
        await Assert.ThrowsAsync<ExternalException>(() => device.RunAsync<int>(() => throw new ExternalException(message)));
        Assert.False(device.Healthy);
        Assert.Equal(message, failed?.Message);
        await Assert.ThrowsAsync<EngineUnavailableException>(() => device.RunAsync(() => 7));
    }

    [Fact]
    public async Task An_allocation_that_torch_refuses_leaves_the_device_as_good_as_before()
    {
        await using var device = new DeviceThread("device", 1);
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => device.InferAsync(() => empty(1L << 50).shape[0]));
        Assert.True(DeviceFault.IsOutOfMemory(refusal), refusal.Message);
        Assert.True(DeviceFault.IsOutOfMemory(new ExternalException("CUDA out of memory. Tried to allocate 2.00 GiB")));
        Assert.Equal(7, await device.RunAsync(() => 7));
    }

    [Fact]
    public async Task A_plugin_that_only_speaks_of_CUDA_does_not_take_the_device_down()
    {
        await using var device = new DeviceThread("device", 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync<int>(() => throw new InvalidOperationException("CUDA error")));
        Assert.True(device.Healthy);
    }

    [Fact]
    public async Task Closing_finishes_what_was_queued_and_refuses_the_rest()
    {
        var device = new DeviceThread("device", 1);
        var queued = Enumerable.Range(0, 20).Select(i => device.RunAsync(() => i)).ToArray();
        await device.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(queued));
        await Assert.ThrowsAsync<EngineUnavailableException>(() => device.RunAsync(() => 0));
    }
}
