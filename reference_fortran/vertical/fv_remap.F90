! Conservative vertical remapping with the finite-volume profiles, column by column.
!
! Lin (2004), doi:10.1175/1520-0493(2004)132<2293:AVLFDC>2.0.CO;2. Mirrors map1_ppm of CAM fv_mapz as called by remap1.
module fv_remap
  use kinds, only: rk
  use fv_profile, only: parabolic_profile
  implicit none
  private
  public :: remap_means, layer_interfaces

contains

  ! Layer means on the source interfaces `x` to layer means on the target interfaces `x_new`; both have equal ends.
  subroutine remap_means(x, x_new, mean, kord, kind_of_field, mean_new, nlev)
    integer, intent(in) :: nlev, kord, kind_of_field
    real(rk), intent(in) :: x(nlev + 1), x_new(nlev + 1), mean(nlev)
    real(rk), intent(out) :: mean_new(nlev)
    real(rk) :: dx(nlev), profile(3, nlev), left(nlev), right(nlev), curve(nlev)
    integer :: k, source
    dx = x(2:nlev + 1) - x(1:nlev)
    call parabolic_profile(dx, mean, kord, kind_of_field, left, right, curve, nlev)
    profile(1, :) = left
    profile(2, :) = 0.5_rk*(curve + right - left)
    profile(3, :) = curve/3
    source = 1
    do k = 1, nlev
      call mean_between(x, dx, mean, profile, x_new(k:k + 1), source, mean_new(k), nlev)
    end do
  end subroutine remap_means

  ! Mean of the profile between two interfaces; `source` enters as a layer not below the first of them and
  ! leaves as the layer of the second.
  subroutine mean_between(x, dx, mean, profile, ends, source, value, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: x(nlev + 1), dx(nlev), mean(nlev), profile(3, nlev), ends(2)
    integer, intent(inout) :: source
    real(rk), intent(out) :: value
    real(rk) :: start
    do while (source < nlev .and. ends(1) > x(source + 1))
      source = source + 1
    end do
    start = (ends(1) - x(source))/dx(source)
    if (ends(2) <= x(source + 1) .or. source == nlev) then
      value = partial_mean(profile(:, source), start, (ends(2) - x(source))/dx(source))
      return
    end if
    value = (x(source + 1) - ends(1))*partial_mean(profile(:, source), start, 1._rk)
    source = source + 1
    do while (source < nlev .and. ends(2) > x(source + 1))
      value = value + dx(source)*mean(source)
      source = source + 1
    end do
    value = value + (ends(2) - x(source))*partial_mean(profile(:, source), 0._rk, (ends(2) - x(source))/dx(source))
    value = value/(ends(2) - ends(1))
  end subroutine mean_between

  ! Mean of left + 2*p2*s - 3*p3*s**2 over the part s1..s2 of a layer.
  pure function partial_mean(profile, s1, s2) result(value)
    real(rk), intent(in) :: profile(3), s1, s2
    real(rk) :: value
    value = profile(1) + profile(2)*(s2 + s1) - profile(3)*(s2*(s2 + s1) + s1**2)
  end function partial_mean

  ! Interfaces summed downward; with `logarithmic` their logarithms.
  subroutine layer_interfaces(top, dp, logarithmic, x, nlev)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: top, dp(nlev)
    logical, intent(in) :: logarithmic
    real(rk), intent(out) :: x(nlev + 1)
    integer :: k
    x(1) = top
    do k = 1, nlev
      x(k + 1) = x(k) + dp(k)
    end do
    if (logarithmic) x = log(x)
  end subroutine layer_interfaces

end module fv_remap
