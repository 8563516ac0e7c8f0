using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using OnePeace.Gateway.Embeddings;

namespace OnePeace.Gateway.OpenApi;

/// <summary><c>/openapi/v1.json</c>: the routes as they are mapped, with the shapes of what goes in and out.</summary>
internal static class OpenApiDocumentation
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document);
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                OpenUnions(schema, context.JsonTypeInfo.Type);
                return Task.CompletedTask;
            });
        });
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower);
    }

    /// <summary>Says what a route answers, and which errors it shares with all others.</summary>
    public static RouteHandlerBuilder Documented<TAnswer>(this RouteHandlerBuilder route)
    {
        route.Produces<TAnswer>();
        return route.Refuses(401, 404, 503);
    }

    /// <summary>Says which errors it answers with.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses)
            route.Produces<ErrorAnswerShape>(status);
        return route;
    }

    /// <summary>Says also what it takes, in both formats.</summary>
    public static RouteHandlerBuilder Documented<TBody, TAnswer>(this RouteHandlerBuilder route)
        where TBody : notnull
    {
        route.Documented<TAnswer>().Accepts<TBody>(WireFormats.Json, WireFormats.MessagePack);
        return route.Refuses(400, 413, 415, 422);
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info.Title = "OnePeace.Platform";
        document.Info.Description = "Texts, and media of every attached modality, as vectors of one space. In MessagePack media are raw bytes and vectors float32 bytes.";
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "op_..." };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
    }

    /// <summary>Spells out the two shapes that are unions.</summary>
    private static void OpenUnions(OpenApiSchema schema, Type type)
    {
        if (type == typeof(InputShape))
            Union(schema, Text(), Item(), Array(new OpenApiSchema { OneOf = [Text(), Item()] }));
        else if (type == typeof(VectorShape))
            Union(schema, Array(new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" }), Text());
    }

    private static void Union(OpenApiSchema schema, params List<IOpenApiSchema> choices)
    {
        schema.Type = null;
        schema.OneOf = choices;
    }

    private static OpenApiSchema Array(OpenApiSchema items) => new() { Type = JsonSchemaType.Array, MinItems = 1, Items = items };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Item() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "{\"NAME\": ...} with a modality of /v1/modalities, a string or base64; or {\"content\": [items], \"fusion\": \"mean\" or \"joint\"} for one vector of several inputs.",
        AdditionalProperties = Text(),
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["content"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                MinItems = 1,
                Items = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Text(), MinProperties = 1, MaxProperties = 1 },
            },
            ["fusion"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create("mean")!, JsonValue.Create("joint")!] },
        },
    };
}
