using System.Collections.Concurrent;
using System.Text;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Redis;

/// <summary>An image of Redis or Valkey in a container on this machine. Its port is bound to loopback only.</summary>
internal sealed class RedisImage : RedisServer
{
    /// <summary>The image that is used if redis-server is not installed.</summary>
    public const string DefaultImage = "redis:7";

    private const string Loopback = "127.0.0.1";
    private const string ConfigurationFile = "/tmp/redis.conf";

    /// <summary>The images that cannot be pulled, with the reason for skipping a test. A pull can be slow, so it is tried once.</summary>
    private static readonly ConcurrentDictionary<string, string> Unavailable = new();

    private readonly RedisContainer container;

    /// <summary>The resource reaper is another image, which may not be available. Each test removes its own container.</summary>
    static RedisImage() => TestcontainersSettings.ResourceReaperEnabled = false;

    private RedisImage(RedisContainer container)
        : base(new() { Endpoints = [new(Loopback, container.GetMappedPublicPort(RedisBuilder.RedisPort))] }) => this.container = container;

    /// <summary>Starts an image. Without a container engine, or without the image, the test is skipped.</summary>
    /// <param name="image">The name and tag of the image.</param>
    /// <param name="settings">Lines of the configuration file.</param>
    public static async Task<RedisImage> StartAsync(string image, params string[] settings)
    {
        if (Unavailable.TryGetValue(image, out var reason))
            Assert.Skip(reason);

        var isPresent = false;
        RedisContainer? started = null;
        try
        {
            started = new RedisBuilder(image)
                .WithImagePullPolicy(present => !(isPresent = present is not null))
                .WithCreateParameterModifier(BindToLoopback)
                .WithResourceMapping(Configuration(settings), ConfigurationFile)
                .WithCommand(ConfigurationFile)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("Ready to accept connections"))
                .WithLogger(NullLogger.Instance)
                .Build();
            await started.StartAsync(TestContext.Current.CancellationToken);
            return new(started);
        }
        catch (DockerUnavailableException)
        {
            Assert.Skip(RedisProcess.IsInstalled
                ? "No container engine is available."
                : "Neither redis-server nor a container engine is available.");
        }
        catch (DockerApiException) when (!isPresent)
        {
            Assert.Skip(Unavailable.GetOrAdd(image, $"The container engine has no image {image} and cannot pull it."));
        }
        catch when (started is not null)
        {
            await started.DisposeAsync();
            throw;
        }

        throw new InvalidOperationException();
    }

    public override ValueTask DisposeAsync() => container.DisposeAsync();

    private static byte[] Configuration(string[] settings) =>
        Encoding.UTF8.GetBytes(string.Join('\n', (string[])["protected-mode no", "save \"\"", .. settings, ""]));

    private static void BindToLoopback(Docker.DotNet.Models.CreateContainerParameters parameters)
    {
        foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(bindings => bindings))
            binding.HostIP = Loopback;
    }
}
