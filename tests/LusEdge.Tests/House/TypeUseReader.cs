using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace LusEdge.Tests.House;

/// <summary>
/// Reads from a built assembly which types its types use: base types, interfaces, fields, signatures, locals, attributes, generic
/// arguments and instructions. A called member's signature counts as well, or an enum that is passed would leave no trace.
/// A constant does leave none: the compiler copies its value.
/// </summary>
internal sealed class TypeUseReader
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly TypeCollector _types;
    private readonly HashSet<TypeUse> _uses = [];

    private TypeUseReader(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _types = new TypeCollector(_metadata, _metadata.GetString(_metadata.GetAssemblyDefinition().Name));
    }

    /// <summary>Every use of another type in an assembly.</summary>
    public static IReadOnlyCollection<TypeUse> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = new TypeUseReader(file);
        foreach (TypeDefinitionHandle type in reader._metadata.TypeDefinitions) reader.ReadType(type);
        return reader._uses;
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        TypeName outermost = _types.Outermost(handle);
        string name = _metadata.GetString(type.Name);

        Follow(type.BaseType);
        foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
        {
            Follow(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        Generics(type.GetGenericParameters());
        Attributes(type.GetCustomAttributes());
        foreach (PropertyDefinitionHandle property in type.GetProperties())
        {
            Attributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes());
        }

        foreach (EventDefinitionHandle definition in type.GetEvents())
        {
            Attributes(_metadata.GetEventDefinition(definition).GetCustomAttributes());
        }

        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            Follow(field);
            Attributes(_metadata.GetFieldDefinition(field).GetCustomAttributes());
        }

        Note(outermost, outermost.Name);
        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            ReadMethod(method);
            Note(outermost, MemberName(outermost.Name, name, _metadata.GetString(_metadata.GetMethodDefinition(method).Name)));
        }
    }

    private void ReadMethod(MethodDefinitionHandle handle)
    {
        MethodDefinition method = _metadata.GetMethodDefinition(handle);
        Follow(handle);
        Generics(method.GetGenericParameters());
        Attributes(method.GetCustomAttributes());
        foreach (ParameterHandle parameter in method.GetParameters())
        {
            Attributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0) return;

        MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
        Follow(body.LocalSignature);
        foreach (ExceptionRegion region in body.ExceptionRegions) Follow(region.CatchType);
        foreach (EntityHandle token in Instructions.Tokens(body.GetILBytes() ?? [])) Follow(token);
    }

    private void Generics(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
            {
                Follow(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private void Attributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle handle in attributes)
        {
            CustomAttribute attribute = _metadata.GetCustomAttribute(handle);
            Follow(attribute.Constructor);
            attribute.DecodeValue(_types);
        }
    }

    /// <summary>Collects the types behind a token: for a member its declaring type and its signature.</summary>
    private void Follow(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                _types.GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)handle, 0);
                break;
            case HandleKind.TypeReference:
                _types.GetTypeFromReference(_metadata, (TypeReferenceHandle)handle, 0);
                break;
            case HandleKind.TypeSpecification:
                _types.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)handle, 0);
                break;
            case HandleKind.FieldDefinition:
                FieldDefinition field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                Follow(field.GetDeclaringType());
                field.DecodeSignature(_types, null);
                break;
            case HandleKind.MethodDefinition:
                MethodDefinition method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Follow(method.GetDeclaringType());
                method.DecodeSignature(_types, null);
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Follow(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method) member.DecodeMethodSignature(_types, null);
                else member.DecodeFieldSignature(_types, null);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Follow(generic.Method);
                generic.DecodeSignature(_types, null);
                break;
            case HandleKind.StandaloneSignature:
                var signature = _metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                if (signature.GetKind() == StandaloneSignatureKind.Method) signature.DecodeMethodSignature(_types, null);
                else signature.DecodeLocalSignature(_types, null);
                break;
            default:
                throw new NotSupportedException($"A token of kind {handle.Kind}: teach the reader what types it names.");
        }
    }

    private void Note(TypeName from, string member)
    {
        foreach (TypeName to in _types.Take())
        {
            if (to != from) _uses.Add(new TypeUse(from, member, to));
        }
    }

    /// <summary>As the source has it: a lambda or an async method becomes <c>&lt;Read&gt;…</c>.</summary>
    private static string MemberName(string outermost, string type, string method)
    {
        foreach (string name in (string[])[method, type])
        {
            int end = name.IndexOf('>', StringComparison.Ordinal);
            if (name[0] != '<' || end <= 1) continue;
            method = name[1..end];
            break;
        }

        return method is ".ctor" or ".cctor" ? outermost : $"{outermost}.{method}";
    }
}
