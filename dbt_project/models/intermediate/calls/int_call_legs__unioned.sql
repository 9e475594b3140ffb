-- The legs of all exchanges that tell them: a new one is one more `union all`.
{{ exchange_legs('uis') }}
union all
{{ exchange_legs('mango') }}
union all
{{ exchange_legs('zadarma') }}
union all
{{ exchange_legs('asterisk') }}
