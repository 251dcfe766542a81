-- colour, letter, rank, percentile and tier are one score in five dresses: within a day and profile no better score stands in a worse band or place
with

banded as (

    select
        health.*,
        colours.upper_inclusive as colour_edge,
        letters.upper_inclusive as letter_edge

    from {{ ref('customer_health') }} as health
    left join {{ ref('health_bands') }} as colours
        on health.config_version = colours.config_version and colours.scheme = 'colour' and health.colour = colours.band
    left join {{ ref('health_bands') }} as letters
        on health.config_version = letters.config_version and letters.scheme = 'letter' and health.letter = letters.band
    where health.is_banded

),

compared as (

    select
        banded.*,
        lag(score) over in_order as worse_score,
        lag(colour_edge) over in_order as worse_colour_edge,
        lag(letter_edge) over in_order as worse_letter_edge,
        lag(health_rank) over in_order as worse_rank,
        lag(score_percentile) over in_order as worse_percentile,
        lag(tier) over in_order as worse_tier

    from banded
    window in_order as (partition by score_day, config_version, profile order by score, health_rank desc)

)

select * from compared
where
    colour_edge is null
    or letter_edge is null
    or score > colour_edge
    or score > letter_edge
    or colour_edge < worse_colour_edge
    or letter_edge < worse_letter_edge
    or score_percentile < worse_percentile
    or tier > worse_tier
    or health_rank <> case when score = worse_score then worse_rank else worse_rank - 1 end
