namespace Clik2pay.Sidecar.Hosting;

/// <summary>The one place where the real clock and the real randomness come in. Everything else is given them.</summary>
internal static class SystemDefaults
{
#pragma warning disable RS0030 // This is the place that the rule leaves for them.
    public static TimeProvider Time { get; } = new SteadyTime();

    public static Random Random => Random.Shared;
#pragma warning restore RS0030

    public static void AddSystemDefaults(this IServiceCollection services)
    {
        services.AddSingleton(Time);
        services.AddSingleton(Random);
    }
}
